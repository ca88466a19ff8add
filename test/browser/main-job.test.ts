/** The whole main job, by keyboard alone and from links into the pages behind the sign-in. */
import { expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { focused, focusedAtFirst, tabTo } from './support/keyboard.ts';
import { browserRefuses, windowStaysOpen } from './support/refusals.ts';
import { useStage } from './support/stage.ts';
import { field, isTold, passkeyList, seesHeading } from './support/steps.ts';

const stage = useStage();
/** As most people have it; the other tests do without. */
const withMotion = { reducedMotion: 'no-preference' } as const;

it('signs in by form, creates a passkey, renames it, signs in with it and deletes it, with the focus always seen and where one goes on', async () => {
  const visit = await stage.visit(withMotion);
  const { page, person, authenticator } = visit;
  const { keyboard } = page;
  visit.expectReport(/status of 422/);
  const wanted = `${visit.origin}${paths.dashboard}?from=mail`;
  const password = field(page, 'Password');
  await visit.open(wanted);
  await seesHeading(page, 'Sign in');
  for (const control of ['email', 'password', 'Show password', 'Sign in', 'Sign in with a passkey']) {
    await keyboard.press('Tab');
    expect(await focused(page)).toBe(control);
  }
  const close = await windowStaysOpen(page);
  await keyboard.press('Space');
  await isTold(page, 'status', 'Waiting for your passkey…');
  expect(await focused(page)).toBe('Sign in with a passkey');
  await close();
  await isTold(page, 'status', 'No passkey was used. Try again, or use your password. Lost your passkey?');
  expect(await focused(page)).toBe('Sign in with a passkey');
  await keyboard.press('Shift+Tab');
  await keyboard.press('Enter');
  await page.getByRole('alert').filter({ hasText: /./ }).first().waitFor();
  expect(await focusedAtFirst(page)).toBe('email');
  await keyboard.type(person.email);
  await keyboard.press('Tab');
  await keyboard.type('wrong');
  await keyboard.press('Enter');
  await page.getByRole('alert').filter({ hasText: 'Email or password is wrong.' }).waitFor();
  expect(await focusedAtFirst(page)).toBe('password');
  await keyboard.type(person.password);
  await tabTo(page, 'Show password');
  for (const type of ['text', 'password', 'text']) {
    await keyboard.press('Space');
    expect(await password.getAttribute('type'), 'the password, on request').toBe(type);
  }
  await page.getByRole('button', { name: 'Show password', pressed: true }).waitFor();
  await tabTo(page, 'Sign in');
  await page.evaluate(() =>
    document.addEventListener('submit', () =>
      sessionStorage.setItem('sent', document.querySelector<HTMLInputElement>('#password')?.type ?? ''),
    ),
  );
  await keyboard.press('Enter');
  await seesHeading(page, 'Dashboard');
  expect(page.url()).toBe(wanted);
  expect(await page.evaluate(() => sessionStorage.getItem('sent')), 'what was shown is sent').toBe(
    'password',
  );
  await page.getByRole('heading', { level: 2, name: 'Passkeys', exact: true }).waitFor();
  expect(await passkeyList(page).count()).toBe(0);

  await browserRefuses(page, 'create', 'UnknownError', 0, 1);
  await tabTo(page, 'Create a passkey');
  await keyboard.press('Enter');
  await isTold(page, 'alert', 'Your device could not finish. Try again.');
  expect(await focused(page)).toBe('Create a passkey');
  await keyboard.press('Space');
  await page.getByText('Passkey saved').waitFor();
  expect(await passkeyList(page).count()).toBe(1);
  expect(await passkeyList(page).innerText()).toMatch(
    /^Chromium Virtual Authenticator.*\nCreated \d+ \w+ \d{4}\nNot used yet/,
  );
  expect(await authenticator.passkeys()).toMatchObject([
    { isResidentCredential: true, rpId: 'localhost', signCount: 1 },
  ]);

  await tabTo(page, 'Rename');
  await keyboard.press('Enter');
  await keyboard.type('Ada’s <b>laptop</b>');
  await keyboard.press('Enter');
  await isTold(page, 'status', 'Renamed to Ada’s <b>laptop</b>.');
  expect(await passkeyList(page).innerText()).toContain('Ada’s <b>laptop</b>');

  await tabTo(page, 'Sign out', 'Shift+Tab');
  await keyboard.press('Enter');
  await seesHeading(page, 'Sign in');
  await visit.open(wanted);
  await tabTo(page, 'Sign in with a passkey');
  await keyboard.press('Enter');
  await seesHeading(page, 'Dashboard');
  expect(page.url()).toBe(wanted);
  expect(await page.getByText(person.email).isVisible()).toBe(true);
  expect(await passkeyList(page).innerText()).toContain('Last used just now');

  await tabTo(page, 'Delete');
  await keyboard.press('Space');
  await seesHeading(page, 'Delete passkey');
  await tabTo(page, 'Cancel');
  expect(await page.locator(':focus').getAttribute('href')).toBe(paths.dashboard);
  await keyboard.press('Shift+Tab');
  expect(await focused(page)).toBe('Delete');
  await keyboard.press('Enter');
  await page.getByText('Passkey deleted.').waitFor();
  expect(await passkeyList(page).count()).toBe(0);
});
