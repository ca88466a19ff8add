import { describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import {
  arriveWaiting,
  happened,
  hasHappened,
  watchDevice,
  watchSent,
  withAutofill,
} from './support/device.ts';
import { ownsPasskey } from './support/owning.ts';
import { atRest } from './support/rest.ts';
import { useStage } from './support/stage.ts';
import { button, field, fillSignIn, isTold, seesHeading } from './support/steps.ts';

const stage = useStage();

describe('a passkey chosen in the email field', () => {
  it('signs in, with one start and one finish, and leads to the page that was wanted', async () => {
    const visit = await stage.visit(withAutofill);
    const { page } = visit;
    const wanted = `${paths.renamePasskey(await ownsPasskey(visit))}?from=mail`;
    const sent = watchSent(page);
    await visit.open(wanted);
    await seesHeading(page, 'Rename passkey');
    expect(page.url()).toBe(visit.origin + wanted);
    expect(sent).toEqual({ starts: 1, finishes: 1, events: [] });
  });
});

describe('while the field waits for a passkey', () => {
  it('nothing on the page says so, typing leaves it waiting, and the password form works as always', async () => {
    const visit = await stage.visit(withAutofill);
    const { page } = visit;
    await watchDevice(visit);
    await arriveWaiting(visit);
    await isTold(page, 'status', '');
    expect(await button(page, 'Sign in with a passkey').getAttribute('aria-disabled')).toBeNull();
    expect(await field(page, 'Email').getAttribute('autocomplete')).toBe('username webauthn');
    await field(page, 'Email').pressSequentially('ada');
    await field(page, 'Password').pressSequentially('anal');
    await button(page, 'Show password').click();
    expect(await field(page, 'Email').inputValue()).toBe('ada');
    expect(await happened(page)).toEqual(['conditional: asked']);
    await fillSignIn(visit);
    await seesHeading(page, 'Dashboard');
  });
});

type Answers = { capabilities?: boolean | 'missing' | 'failing'; mediation: boolean };

/**
 * The two ways in which browsers say whether they have autofill, as this tab has been told. A claim that is not given is
 * not made. Who has neither is in missing-capabilities.test.ts.
 */
function claim(): void {
  const { capabilities, mediation } = JSON.parse(
    sessionStorage.getItem('answers') ?? '{}',
  ) as Partial<Answers>;
  const browser = PublicKeyCredential as unknown as Record<string, unknown>;
  if (capabilities === 'missing') Reflect.deleteProperty(browser, 'getClientCapabilities');
  else
    browser.getClientCapabilities = async () => {
      if (capabilities === 'failing') throw new Error('not today');
      return capabilities === undefined ? {} : { conditionalGet: capabilities };
    };
  browser.isConditionalMediationAvailable = async () => mediation;
  // Autofill can offer the passkeys of another device, so this one does not matter.
  browser.isUserVerifyingPlatformAuthenticatorAvailable = async () => false;
}

it('a passkey is offered in the field only where the browser says that it can', async () => {
  const rows: [string, Answers, boolean][] = [
    ['its capabilities say yes', { capabilities: true, mediation: false }, true],
    ['its capabilities say no', { capabilities: false, mediation: true }, false],
    ['its capabilities say nothing of it, its older answer yes', { mediation: true }, true],
    ['its capabilities say nothing of it, its older answer no', { mediation: false }, false],
    ['it has only the older answer: yes', { capabilities: 'missing', mediation: true }, true],
    ['its answer fails', { capabilities: 'failing', mediation: true }, false],
  ];
  const visit = await stage.visit();
  const { page } = visit;
  await watchDevice(visit);
  await visit.context.addInitScript(claim);
  await visit.authenticator.setPresent(false);
  await visit.open(paths.health);
  for (const [browser, answers, offered] of rows) {
    await page.evaluate((answers) => {
      sessionStorage.clear();
      sessionStorage.setItem('answers', JSON.stringify(answers));
    }, answers);
    await visit.open(paths.login);
    await button(page, 'Sign in with a passkey').waitFor();
    if (!offered) await atRest(page);
    await field(page, 'Email').click();
    await hasHappened(page, offered ? ['conditional: asked'] : [], browser);
    // Where none is offered, coming to the field does not change that; the button is there all the same.
    if (offered) continue;
    await button(page, 'Sign in with a passkey').click();
    await hasHappened(page, ['modal: asked'], browser);
  }
});
