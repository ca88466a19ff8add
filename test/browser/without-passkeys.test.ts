/** What a browser cannot do, or may not do at an insecure address: the password and the forms work all the same. */
import { describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { cookieName, cookiePrefix } from '../../src/web/http/cookies.ts';
import { insecureHost } from '../support/browser.ts';
import {
  confirmWithPassword,
  deletedElsewhere,
  proofGrowsOld,
  soon,
  storedPasskeys,
} from './support/account-steps.ts';
import { withAutofill } from './support/device.ts';
import { ownsPasskey } from './support/owning.ts';
import { finishIsRefused } from './support/refusals.ts';
import { atRest } from './support/rest.ts';
import { useStage, type Visit } from './support/stage.ts';
import {
  arriveSignedIn,
  button,
  createPasskey,
  failed,
  field,
  fillSignIn,
  isTold,
  passkeyList,
  renameInPlace,
  seesHeading,
  signInWithPasskey,
  signOut,
  signsInUnseen,
} from './support/steps.ts';

/** Every control that a person can see on the page. */
const controls = ({ page }: Visit) =>
  page
    .locator('button:visible, input:visible, a:visible')
    .evaluateAll((all) => all.map((one) => one.textContent?.trim() || one.getAttribute('name')));

/** On the sign-in page. */
async function seesOnlyThePassword(visit: Visit, more: string[]): Promise<void> {
  const all = ['email', 'password', ...more, 'Sign in', 'Forgot your password?', 'What is a passkey?'];
  expect(await controls(visit)).toEqual(all);
}

/** To the dashboard, with no passkey control on the way. */
async function signsInWithPasswordOnly(visit: Visit): Promise<void> {
  const { page } = visit;
  await visit.open(paths.login);
  await seesOnlyThePassword(visit, ['Show password']);
  expect(await page.getByText('Last used').count()).toBe(0);
  await fillSignIn(visit);
  await seesHeading(page, 'Dashboard');
  await atRest(page);
  expect(await button(page, 'Create a passkey').count()).toBe(0);
}

describe('a browser', () => {
  const stage = useStage();

  it('without WebAuthn signs in with the password, has no passkey control and no hint at one, renames, proves who one is, deletes, and says goodbye', async () => {
    const visit = await stage.visit({ before: () => Reflect.deleteProperty(window, 'PublicKeyCredential') });
    const { page } = visit;
    await ownsPasskey(visit);
    const lastMethod = cookieName(cookiePrefix(visit.origin), 'lastMethod', false);
    await visit.context.addCookies([{ name: lastMethod, value: 'passkey', url: visit.origin }]);
    expect(await (await visit.context.request.get(paths.login)).text()).toContain('Last used');
    await signsInWithPasswordOnly(visit);
    expect(await page.getByRole('button', { name: /passkey|phone|security key/i }).count()).toBe(0);

    await renameInPlace(passkeyList(page), 'The laptop');
    await passkeyList(page).getByText('The laptop', { exact: true }).waitFor();
    await proofGrowsOld(stage.app(), visit);
    await button(passkeyList(page), 'Delete').click();
    await seesHeading(page, 'Confirm it’s you');
    expect(await button(page, 'Use a passkey').count()).toBe(0);
    await confirmWithPassword(visit);
    await seesHeading(page, 'Delete passkey');
    await button(page, 'Delete').click();
    await page.getByText('Passkey deleted.').waitFor();
    expect(await passkeyList(page).count()).toBe(0);

    await visit.open(paths.deleteAccount);
    await field(page, 'Type your email address to confirm').fill(visit.person.email);
    await field(page, 'Password').fill(visit.person.password);
    await button(page, 'Delete my account').click();
    await seesHeading(page, 'Goodbye');
  });

  // Browsers in frames and remote desktops: https://github.com/aliasvault/aliasvault/pull/1856
  it('whose container of credentials asks for nothing, creates nothing or is not there it is the same', async () => {
    const visit = await stage.visit({ before: lackAsTold });
    const { page } = visit;
    const opens = async (path: string, lacking: string) => {
      await page.evaluate((lacking) => sessionStorage.setItem('lacking', lacking), lacking);
      await visit.open(path);
      await atRest(page);
      expect(await page.evaluate(whatIsThere), lacking).not.toContain(lacking);
    };
    await visit.open(paths.health);
    for (const lacking of ['get', 'create', 'credentials']) {
      await opens(paths.login, lacking);
      await seesOnlyThePassword(visit, ['Show password']);
    }
    // All pages ask the same function.
    await signsInUnseen(visit);
    await opens(paths.dashboard, 'create');
    await seesHeading(page, 'Dashboard');
    expect(await button(page, 'Create a passkey').count()).toBe(0);
  });

  // Which answer about capabilities counts is in autofill.test.ts.
  // Where word of a press is missing, an expired challenge asks for another one.
  describe('everything works, and nothing is reported, in a browser without', () => {
    it.each(Object.entries(lacks))('%s', async (_, names) => {
      const visit = await stage.visit(withAutofill);
      const { page, authenticator } = visit;
      await visit.context.addInitScript(takeAway, names);
      await arriveSignedIn(visit);
      await createPasskey(visit);
      await authenticator.setPresent(false);
      await signOut(visit);
      // A request in the field, where there is one, is on its way by now and waits.
      await atRest(page);
      await authenticator.setPresent(true);
      if (names.some((name) => name.endsWith('userActivation'))) {
        visit.expectReport(/status of 409/);
        const refusal = { status: 409, code: 'challenge_expired', times: 1 };
        await finishIsRefused(page, paths.passkeyLogin, refusal);
        await button(page, 'Sign in with a passkey').click();
        await isTold(page, 'status', failed('That took too long. Try again.'));
      }
      await signInWithPasskey(visit);
      const [id = ''] = await storedPasskeys(stage.app(), visit);
      await deletedElsewhere(stage.app(), id);
      await visit.open(paths.data);
      await atRest(page);
      const passesOn = !names.some((name) => name.endsWith('signalAllAcceptedCredentials'));
      await soon(async () => (await authenticator.passkeys()).length).toBe(passesOn ? 0 : 1);
    });
  });
});

const credential = (...names: string[]) => names.map((name) => `PublicKeyCredential.${name}`);

const answers = credential(
  'isConditionalMediationAvailable',
  'isUserVerifyingPlatformAuthenticatorAvailable',
);

/** What a browser may lack. Things that have nothing to do with each other are taken away together. */
const lacks: Record<string, string[]> = {
  'its older answers about capabilities, the signal of who somebody is now, the JSON methods of WebAuthn, and locks between tabs':
    [
      ...answers,
      ...credential(
        'signalCurrentUserDetails',
        'parseCreationOptionsFromJSON',
        'parseRequestOptionsFromJSON',
        'prototype.toJSON',
      ),
      'Navigator.prototype.locks',
    ],
  'every answer about capabilities, signals for password managers, and word of whether a press still counts':
    [
      ...answers,
      ...credential(
        'getClientCapabilities',
        'signalAllAcceptedCredentials',
        'signalCurrentUserDetails',
        'signalUnknownCredential',
      ),
      'Navigator.prototype.userActivation',
    ],
};

/** Takes it away before the scripts of any page run. */
function takeAway(names: string[]): void {
  for (const name of names) {
    const steps = name.split('.');
    const last = steps.pop() as string;
    const owner = steps.reduce<object | undefined>(
      (object, step) => object && Reflect.get(object, step),
      window,
    );
    if (
      owner &&
      !(Reflect.has(owner, last) && Reflect.deleteProperty(owner, last) && !Reflect.has(owner, last))
    )
      throw new Error(`${name} cannot be taken away`);
  }
}

/** In the page, before any script of ours: what this tab was told is taken away. */
function lackAsTold(): void {
  if (!('credentials' in navigator)) return;
  const lacking = sessionStorage.getItem('lacking');
  if (lacking === 'credentials')
    Object.defineProperty(Navigator.prototype, 'credentials', { get: () => undefined });
  else if (lacking) Reflect.deleteProperty(CredentialsContainer.prototype, lacking);
}

/** In the page. */
const whatIsThere = () => [
  ...['get', 'create'].filter((name) => name in CredentialsContainer.prototype),
  ...(navigator.credentials ? ['credentials'] : []),
];

describe('at an address that is no secure context', () => {
  const stage = useStage({ host: insecureHost });

  it('the password works and no passkey control is exposed', async () => {
    const visit = await stage.visit();
    // The browser's own remark on headers that mean nothing here.
    visit.expectReport(/has been ignored, because the URL's origin|Not supported for insecure origins/);
    await signsInWithPasswordOnly(visit);
    expect(await visit.page.evaluate(() => isSecureContext)).toBe(false);
  });
});
