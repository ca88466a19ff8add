import { describe, expect, it } from 'vitest';
import { brand } from '../../src/brand.ts';
import { paths } from '../../src/paths.ts';
import { insecureHost } from '../support/browser.ts';
import { atRest } from './support/rest.ts';
import { useStage, type Visit } from './support/stage.ts';
import { button, field, fillSignIn, seesHeading, signOut, signsInUnseen } from './support/steps.ts';

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

/** The whole page by password only, with no passkey control on the way. */
async function livesOnThePassword(visit: Visit): Promise<void> {
  await visit.open(paths.login);
  await seesOnlyThePassword(visit, ['Show password']);
  await fillSignIn(visit);
  await seesHeading(visit.page, 'Dashboard');
  expect(await button(visit.page, 'Create a passkey').count()).toBe(0);
  await signOut(visit);
}

describe('a browser', () => {
  const stage = useStage();

  it('without scripts shows the form again with what was typed, but never the password, signs in, out, and shows no dead control', async () => {
    const visit = await stage.visit({ javaScriptEnabled: false });
    const { page } = visit;
    visit.expectReport(/status of 422/);
    await visit.open(paths.login);
    await seesOnlyThePassword(visit, []);
    await fillSignIn(visit, 'wrong password');
    expect(await page.getByRole('alert').innerText()).toBe('Email or password is wrong.');
    expect(await field(page, 'Email').inputValue()).toBe(visit.person.email);
    expect(await field(page, 'Password').inputValue()).toBe('');
    expect(page.url()).toBe(visit.origin + paths.login);
    await seesOnlyThePassword(visit, []);
    await fillSignIn(visit);
    await seesHeading(page, 'Dashboard');
    expect(await button(page, 'Create a passkey').count()).toBe(0);
    expect(await page.locator('body').innerText()).toContain('needs JavaScript');
    expect(await controls(visit)).toEqual([
      brand.name,
      'Sign out',
      'Dashboard',
      'Security',
      'Sessions',
      'Activity',
      'Your data',
      'About passkeys',
      'automatic',
      'Save',
    ]);
    await signOut(visit);
  });

  it('without WebAuthn the password works and no passkey control is exposed', async () => {
    const visit = await stage.visit({ before: () => Reflect.deleteProperty(window, 'PublicKeyCredential') });
    await livesOnThePassword(visit);
  });

  // Browsers in frames and remote desktops: https://github.com/aliasvault/aliasvault/pull/1856
  it('whose container of credentials asks for nothing, creates nothing or is not there it is the same', async () => {
    const visit = await stage.visit({ before: lackAsTold });
    const { page } = visit;
    const each = async (see: (lacking: string) => Promise<unknown>) => {
      for (const lacking of ['get', 'create', 'credentials']) {
        await page.evaluate((lacking) => sessionStorage.setItem('lacking', lacking), lacking);
        await page.reload();
        await atRest(page);
        expect(await page.evaluate(whatIsThere), lacking).not.toContain(lacking);
        await see(lacking);
      }
    };
    await visit.open(paths.login);
    await each(() => seesOnlyThePassword(visit, ['Show password']));
    await signsInUnseen(visit);
    await visit.open(paths.dashboard);
    await each(async (lacking) => {
      await seesHeading(page, 'Dashboard');
      expect(await button(page, 'Create a passkey').count(), lacking).toBe(0);
    });
  });
});

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
    await livesOnThePassword(visit);
    expect(await visit.page.evaluate(() => isSecureContext)).toBe(false);
  });
});
