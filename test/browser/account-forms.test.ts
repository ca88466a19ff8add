/**
 * The forms of an account: what is wrong is said at the field and in a summary, and what was typed is still there; where no
 * script runs, too, which is in account-life.test.ts.
 */
import { beforeEach, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { oneLinkOfEachKind } from '../support/mailed-links.ts';
import { soon, userIdOf } from './support/account-steps.ts';
import { isForEverybody, longEmail } from './support/layout.ts';
import { useStage, type Visit } from './support/stage.ts';
import {
  arriveWithPasskey,
  button,
  field,
  seesHeading,
  signInWithPasskey,
  signsInUnseen,
} from './support/steps.ts';

// Nobody listens there: what matters is that mail can be sent, so that all pages are there.
const stage = useStage({ env: { SMTP_URL: 'smtp://127.0.0.1:9' } });
beforeEach(async () => {
  await stage.app().database.db('rate_limits').delete();
});

const focused = ({ page }: Visit) =>
  page.evaluate(() => document.activeElement?.getAttribute('role') ?? document.activeElement?.id ?? '');

async function guest(): Promise<Visit> {
  const visit = await stage.visit();
  visit.expectReport(/422|410/);
  return visit;
}

it('a form that comes back has a summary with the focus, links to its fields, and what was typed; a password is shown on demand', async () => {
  const visit = await guest();
  const { page } = visit;
  await visit.open(paths.signUp);
  await field(page, 'Password').fill('shown-on-demand');
  await button(page, 'Show password').click();
  expect(await field(page, 'Password').getAttribute('type')).toBe('text');
  await field(page, 'Email').fill('mary@example.com');
  await field(page, 'Password').fill('too short');
  await button(page, 'Create account').click();
  const summary = page.getByRole('alert');
  expect(await summary.innerText()).toContain('Use at least 15 characters.');
  // Browsers give it once the page is laid out.
  await soon(() => focused(visit), 'the focus').toBe('alert');
  await summary.getByRole('link', { name: 'Use at least 15 characters.' }).click();
  expect(await focused(visit), 'the focus after the link').toBe('password');
  expect(await field(page, 'Email').inputValue()).toBe('mary@example.com');
  expect(await field(page, 'Password').inputValue()).toBe('');
  const password = field(page, 'Password');
  expect(await password.getAttribute('aria-invalid')).toBe('true');
  const described = (await password.getAttribute('aria-describedby'))?.trim().split(/\s+/) ?? [];
  expect(described).toEqual(['password-problem', 'password-hint']);
  expect(await page.title()).toContain('Could not create the account');
  await isForEverybody(page, 'sign-up with a problem');
});

/**
 * The pages that a guest meets, with all that they can have at once, by the way there. A confirmation is made of what a
 * reset, lockdown and a sign-up with a problem are made of.
 */
const guests: Record<string, (visit: Visit, linkTo: (kind: string) => string) => Promise<void>> = {
  'check your mail': async ({ page, open }) => {
    await open(paths.signUp);
    await field(page, 'Email').fill(longEmail);
    await button(page, 'Continue with a passkey').click();
    await seesHeading(page, 'Check your email');
  },
  'a forgotten password': ({ open }) => open(paths.forgotPassword),
  'a reset': async ({ page, open }, linkTo) => {
    await open(linkTo('a new password'));
    await seesHeading(page, 'Choose a new password');
  },
  'a link that is gone': async ({ page, open }) => {
    await open(paths.resetPassword('A'.repeat(22)));
    await seesHeading(page, 'This link no longer works');
  },
  lockdown: async ({ page, open }, linkTo) => {
    await open(linkTo('"This wasn’t me"'));
    await seesHeading(page, 'Wasn’t you?');
    expect(await page.getByRole('listitem').count()).toBe(4);
    const calm = await button(page, 'Secure my account').evaluate((one) => one.className);
    expect(calm).not.toContain('danger');
  },
  secured: async ({ page }) => {
    await button(page, 'Secure my account').click();
    await seesHeading(page, 'Your account is secured');
  },
  goodbye: async (visit) => {
    await signsInUnseen(visit);
    await visit.open(paths.deleteAccount);
    await field(visit.page, 'Type your email address to confirm').fill(visit.person.email);
    await field(visit.page, 'Password').fill(visit.person.password);
    await button(visit.page, 'Delete my account').click();
    await seesHeading(visit.page, 'Goodbye');
  },
};

/**
 * Those of whoever is signed in, with the longest that they can show. What they have with a passkey after the password is
 * in accessibility.test.ts.
 */
const owners: Record<string, (visit: Visit) => Promise<void>> = {
  'removing the password': ({ open }) => open(paths.removePassword),
  'another address': async ({ page, open }) => {
    await open(paths.email);
    await button(page, 'Send the link').click();
    await page.getByRole('alert').waitFor();
  },
  sessions: async (visit) => {
    const { page, open } = visit;
    const passkey = 'W'.repeat(64);
    const device = '<b>W</b>'.repeat(12);
    await ofThisPerson(visit, 'passkey_api_credentials', { name: passkey });
    await ofThisPerson(visit, 'sessions', { device });
    await open(paths.sessions);
    await page.getByText(`Passkey · ${passkey}`).waitFor();
    const end = button(page.getByRole('listitem').filter({ hasText: 'This session' }), 'Sign out here');
    const described = await end.getAttribute('aria-describedby');
    expect(await page.locator(`#${described}`).innerText(), 'the button says which it ends').toBe(device);
  },
  activity: async (visit) => {
    await ofThisPerson(visit, 'activity', { detail: 'W'.repeat(300), event: 'passkey_renamed' });
    await visit.open(paths.activity);
  },
  data: ({ open }) => open(paths.data),
  'deleting the account': async ({ page, open }) => {
    await open(paths.deleteAccount);
    await button(page, 'Delete my account').click();
    await page.getByRole('alert').waitFor();
  },
  'a new password': async ({ page, open }) => {
    await open(paths.password);
    await button(page, 'Change password').click();
    await page.getByRole('alert').waitFor();
  },
};

async function ofThisPerson(visit: Visit, table: string, values: object): Promise<void> {
  const user_id = await userIdOf(stage.app(), visit);
  await stage.app().database.db(table).where({ user_id }).update(values);
}

it('the pages of a guest, from sign-up to a locked account and goodbye, are accessible in light and dark, and fit every screen', async () => {
  const visit = await guest();
  const { links } = await oneLinkOfEachKind(stage.app());
  const linkTo = (wanted: string) => links.find(({ kind }) => kind === wanted)?.path ?? '';
  for (const [name, go] of Object.entries(guests)) {
    await go(visit, linkTo);
    await isForEverybody(visit.page, name);
  }
});

it('the pages of an owner are accessible in light and dark, and fit every screen', async () => {
  const visit = await guest();
  await arriveWithPasskey(visit);
  await signInWithPasskey(visit);
  for (const [name, go] of Object.entries(owners)) {
    await go(visit);
    await isForEverybody(visit.page, name);
  }
});
