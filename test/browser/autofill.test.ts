import { describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import {
  arriveWaiting,
  happened,
  hasHappened,
  hide,
  show,
  watchDevice,
  watchSent,
  withAutofill,
} from './support/device.ts';
import { letThrough } from './support/interception.ts';
import { ownsPasskey } from './support/owning.ts';
import { answersAtOnce, fieldRefuses, modalIsCancelled, startIsRefused } from './support/refusals.ts';
import { atRest } from './support/rest.ts';
import { useStage } from './support/stage.ts';
import { button, failed, field, fillSignIn, isTold, seesHeading } from './support/steps.ts';

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
 * not made. Who has neither is in without-passkeys.test.ts.
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

describe('what the browser refuses in the field', () => {
  it('is said and reported to nobody when nothing was chosen', async () => {
    const visit = await stage.visit(withAutofill);
    const { page } = visit;
    await watchDevice(visit);
    const sent = watchSent(page);
    await visit.open(paths.login);
    // A device without passkeys says so at once.
    await hasHappened(page, ['conditional: asked', 'conditional: NotAllowedError']);
    await atRest(page);
    await isTold(page, 'status', '');
    expect(sent).toEqual({ starts: 1, finishes: 0, events: [] });
    expect(await happened(page)).toHaveLength(2);
  });

  it('is offered again, three times at most, to somebody at the field who may have closed a window', async () => {
    const visit = await stage.visit(withAutofill);
    const { page } = visit;
    await fieldRefuses(visit, 'NotAllowedError', 400);
    await watchDevice(visit);
    const sent = watchSent(page);
    await visit.open(paths.login);
    const once = ['conditional: asked', 'conditional: NotAllowedError'];
    await hasHappened(page, once);
    await atRest(page);
    expect(await happened(page)).toEqual(once);
    await field(page, 'Email').focus();
    await hasHappened(page, Array(5).fill(once).flat());
    await atRest(page);
    expect(await happened(page)).toHaveLength(10);
    expect(sent).toEqual({ starts: 1, finishes: 0, events: [] });
    await isTold(page, 'status', '');
  });

  it('does not take away what was said before when nothing was chosen', async () => {
    const visit = await stage.visit(withAutofill);
    const { page, authenticator } = visit;
    await watchDevice(visit);
    await arriveWaiting(visit);
    await authenticator.clear();
    await authenticator.setPresent(true);
    await answersAtOnce(page);
    await button(page, 'Sign in with a passkey').click();
    await expect.poll(async () => (await happened(page)).at(-1)).toBe('conditional: NotAllowedError');
    await atRest(page);
    await isTold(page, 'status', failed('Your browser or password manager blocked the request.'));
  });

  it('is said and reported to nobody whatever it is called, and asked for once', async () => {
    const visit = await stage.visit(withAutofill);
    const { page } = visit;
    await fieldRefuses(visit, 'NotSupportedError');
    await watchDevice(visit);
    const sent = watchSent(page);
    await visit.open(paths.login);
    const seen = ['conditional: asked', 'conditional: NotSupportedError'];
    for (const name of ['UnknownError', 'SecurityError', 'InvalidStateError', 'EncodingError', '']) {
      await hasHappened(page, seen);
      await atRest(page);
      await isTold(page, 'status', '');
      expect(await happened(page)).toEqual(seen);
      if (!name) break;
      await page.evaluate((name) => sessionStorage.setItem('refused', name), name);
      // The same code asks on a page that has just come.
      await field(page, 'Email').blur();
      await field(page, 'Email').focus();
      seen.push('conditional: asked', `conditional: ${name}`);
    }
    expect(sent).toEqual({ starts: 1, finishes: 0, events: [] });
  });
});

// Last, as a clock that was installed stays in a browser profile, which nobody has again.
it('options that cannot be had are told to nobody before the button is pressed; what the browser refuses in the field is not asked for again by time, by another tab or by the button, only by somebody at the field', async () => {
  const visit = await stage.visit(withAutofill);
  const { page } = visit;
  visit.expectReport(/status of 503/);
  const sent = watchSent(page);
  await startIsRefused(page, paths.passkeyLogin, { status: 503, code: 'passkey_service_unavailable' });
  await page.clock.install();
  await visit.open(paths.login);
  await atRest(page);
  await page.clock.runFor(30_000);
  await expect.poll(() => sent.starts).toBeGreaterThan(1);
  await atRest(page);
  expect(sent.starts).toBeLessThanOrEqual(4);
  expect(sent).toMatchObject({ finishes: 0, events: [] });
  await isTold(page, 'status', '');
  await button(page, 'Sign in with a passkey').click();
  const told = 'Passkeys are not available right now. Try again, or use your password.';
  await isTold(page, 'alert', failed(told));

  await letThrough(page);
  await page.evaluate(() => sessionStorage.clear());
  await fieldRefuses(visit, 'NotAllowedError');
  await watchDevice(visit);
  sent.starts = 0;
  await visit.open(paths.login);
  const once = ['conditional: asked', 'conditional: NotAllowedError'];
  await hasHappened(page, once);
  await page.clock.runFor(600_000);
  await hide(page);
  await show(page);
  await page.clock.runFor(2_000);
  await atRest(page);
  expect([await happened(page), sent.starts]).toEqual([once, 1]);
  await modalIsCancelled(page);
  await button(page, 'Sign in with a passkey').click();
  await isTold(page, 'status', failed('No passkey was used. Try again, or use your password.'));
  await atRest(page);
  await field(page, 'Password').focus();
  expect(await happened(page)).toEqual(once);
  await page.reload();
  await hasHappened(page, [...once, ...once]);
  await field(page, 'Email').click();
  await hasHappened(page, [...once, ...once, ...once]);
  await atRest(page);
  await page.clock.runFor(2_000);
  await field(page, 'Email').click();
  await hasHappened(page, [...once, ...once, ...once, ...once]);
  // For the first page, for the button as its options had grown old, and for the page that was loaded again.
  expect(sent.starts).toBe(3);
});
