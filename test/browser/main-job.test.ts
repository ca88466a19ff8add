import { expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { ownsPasskey } from './support/owning.ts';
import { useStage } from './support/stage.ts';
import {
  button,
  createPasskey,
  field,
  fillSignIn,
  isTold,
  loseCookies,
  passkeyList,
  renameInPlace,
  seesHeading,
  signInWithPasskey,
  signOut,
} from './support/steps.ts';

const stage = useStage();
/** As most people have it; the other tests do without. */
const withMotion = { reducedMotion: 'no-preference' } as const;

it('signs in by form, creates a passkey, renames it where it stands, signs out and signs in with it, and is asked before it is deleted', async () => {
  const visit = await stage.visit(withMotion);
  const { page, authenticator } = visit;
  await visit.open('/');
  await seesHeading(page, 'Sign in');
  await fillSignIn(visit);
  await seesHeading(page, 'Dashboard');
  await page.getByRole('heading', { level: 2, name: 'Passkeys', exact: true }).waitFor();
  expect(await passkeyList(page).count()).toBe(0);

  await createPasskey(visit);
  expect(await passkeyList(page).count()).toBe(1);
  expect(await passkeyList(page).innerText()).toMatch(
    /^Chromium Virtual Authenticator.*\nCreated \d+ \w+ \d{4}\nNot used yet/,
  );
  expect(await authenticator.passkeys()).toMatchObject([
    { isResidentCredential: true, rpId: 'localhost', signCount: 1 },
  ]);

  await renameInPlace(passkeyList(page), 'Ada’s <b>laptop</b>');
  await isTold(page, 'status', 'Renamed to Ada’s <b>laptop</b>.');
  expect(await passkeyList(page).innerText()).toContain('Ada’s <b>laptop</b>');

  await signOut(visit);
  await signInWithPasskey(visit);
  expect(await page.getByText(visit.person.email).isVisible()).toBe(true);
  expect(await passkeyList(page).innerText()).toContain('Last used just now');

  await button(passkeyList(page), 'Delete').click();
  await seesHeading(page, 'Delete passkey');
  await page.getByRole('link', { name: 'Cancel' }).click();
  expect(await passkeyList(page).count()).toBe(1);
  await button(passkeyList(page), 'Delete').click();
  await button(page, 'Delete').click();
  await page.getByText('Passkey deleted.').waitFor();
  expect(await passkeyList(page).count()).toBe(0);
});

it('goes from a deep link through a sign-in to the page that was wanted, by password and by passkey', async () => {
  const visit = await stage.visit(withMotion);
  const { page } = visit;
  const wanted = `${visit.origin}${paths.renamePasskey(await ownsPasskey(visit))}?from=mail`;
  for (const signsIn of [() => fillSignIn(visit), () => button(page, 'Sign in with a passkey').click()]) {
    await visit.open(wanted);
    await seesHeading(page, 'Sign in');
    await signsIn();
    await seesHeading(page, 'Rename passkey');
    expect(page.url()).toBe(wanted);
    await loseCookies(visit);
  }
});

it('shows the password on request, and sends it as a password all the same', async () => {
  const visit = await stage.visit(withMotion);
  const { page, person } = visit;
  await visit.open(paths.login);
  const password = field(page, 'Password');
  const shown = page.getByRole('button', { name: 'Show password', pressed: true });
  await password.fill(person.password);
  await button(page, 'Show password').click();
  await shown.waitFor();
  expect(await password.getAttribute('type')).toBe('text');
  await shown.click();
  expect(await password.getAttribute('type')).toBe('password');
  await button(page, 'Show password').click();
  await page.evaluate(() =>
    document.querySelector('form')?.addEventListener('submit', (event) => event.preventDefault()),
  );
  await button(page, 'Sign in').click();
  expect(await password.getAttribute('type')).toBe('password');
});
