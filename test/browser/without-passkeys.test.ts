import { describe, expect, it } from 'vitest';
import { brand } from '../../src/brand.ts';
import { paths } from '../../src/paths.ts';
import { insecureHost } from '../support/browser.ts';
import { useStage, type Visit } from './support/stage.ts';
import { button, field, fillSignIn, seesHeading, signIn, signOut } from './support/steps.ts';

/** Every control that a person can see on the page. */
const controls = ({ page }: Visit) =>
  page
    .locator('button:visible, input:visible, a:visible')
    .evaluateAll((all) => all.map((one) => one.textContent?.trim() || one.getAttribute('name')));

/** The whole page by password only, with no passkey control on the way. */
async function livesOnThePassword(visit: Visit, more: string[] = []): Promise<void> {
  await visit.open(paths.login);
  const all = ['email', 'password', ...more, 'Sign in', 'Forgot your password?', 'What is a passkey?'];
  expect(await controls(visit)).toEqual(all);
  await fillSignIn(visit);
  await seesHeading(visit.page, 'Dashboard');
  expect(await button(visit.page, 'Create a passkey').count()).toBe(0);
  await signOut(visit);
}

describe('without scripts', () => {
  const stage = useStage();

  it('signs in, out, and shows no dead control', async () => {
    const visit = await stage.visit({ javaScriptEnabled: false });
    await livesOnThePassword(visit);
    await signIn(visit);
    expect(await visit.page.locator('body').innerText()).toContain('needs JavaScript');
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
  });

  it('shows the form again with what was typed, but never the password', async () => {
    const visit = await stage.visit({ javaScriptEnabled: false });
    visit.expectReport(/status of 422/);
    await visit.open(paths.login);
    await fillSignIn(visit, 'wrong password');
    expect(await visit.page.getByRole('alert').innerText()).toBe('Email or password is wrong.');
    expect(await field(visit.page, 'Email').inputValue()).toBe(visit.person.email);
    expect(await field(visit.page, 'Password').inputValue()).toBe('');
    expect(visit.page.url()).toBe(visit.origin + paths.login);
  });
});

describe('in a browser', () => {
  const stage = useStage();

  it('without WebAuthn the password works and no passkey control is exposed', async () => {
    const visit = await stage.visit({ before: () => Reflect.deleteProperty(window, 'PublicKeyCredential') });
    await livesOnThePassword(visit, ['Show password']);
  });

  // Browsers in frames and remote desktops: https://github.com/aliasvault/aliasvault/pull/1856
  it.each([
    [
      'asks for nothing',
      () => 'credentials' in navigator && Reflect.deleteProperty(CredentialsContainer.prototype, 'get'),
    ],
    [
      'creates nothing',
      () => 'credentials' in navigator && Reflect.deleteProperty(CredentialsContainer.prototype, 'create'),
    ],
    [
      'is not there',
      () => Object.defineProperty(Navigator.prototype, 'credentials', { get: () => undefined }),
    ],
  ])('whose container of credentials %s it is the same', async (_, before) => {
    await livesOnThePassword(await stage.visit({ before }), ['Show password']);
  });
});

describe('at an address that is no secure context', () => {
  const stage = useStage({ host: insecureHost });

  it('the password works and no passkey control is exposed', async () => {
    const visit = await stage.visit();
    // The browser's own remark on headers that mean nothing here.
    visit.expectReport(/has been ignored, because the URL's origin|Not supported for insecure origins/);
    await visit.open(paths.login);
    expect(await visit.page.evaluate(() => isSecureContext)).toBe(false);
    await livesOnThePassword(visit, ['Show password']);
  });
});
