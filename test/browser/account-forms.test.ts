/** The forms of an account: what is wrong is said at the field and in a summary, and what was typed is still there. */
import { beforeEach, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { soon } from './support/account-steps.ts';
import { isAccessible } from './support/axe.ts';
import { fits, longEmail } from './support/layout.ts';
import { useStage, type Visit } from './support/stage.ts';
import { arriveSignedIn, button, field, seesHeading } from './support/steps.ts';

const stage = useStage({ mailed: true });
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

describe('a form that comes back', () => {
  it.each([
    ['with scripts', true],
    ['without', false],
  ])(
    'has a summary with the focus, links to its fields, and what was typed: %s',
    async (_, javaScriptEnabled) => {
      const visit = await stage.visit({ javaScriptEnabled });
      visit.expectReport(/422/);
      const { page } = visit;
      await visit.open(paths.signUp);
      await field(page, 'Email').fill('mary@example.com');
      await field(page, 'Password').fill('too short');
      await button(page, 'Create account').click();
      const summary = page.getByRole('alert');
      expect(await summary.innerText()).toContain('Use at least 15 characters.');
      await summary.getByRole('link', { name: 'Use at least 15 characters.' }).click();
      expect(await field(page, 'Email').inputValue()).toBe('mary@example.com');
      expect(await field(page, 'Password').inputValue()).toBe('');
      const password = field(page, 'Password');
      expect(await password.getAttribute('aria-invalid')).toBe('true');
      const described = (await password.getAttribute('aria-describedby'))?.trim().split(/\s+/) ?? [];
      expect(described).toEqual(['password-problem', 'password-hint']);
      expect(await page.title()).toContain('Could not create the account');
    },
  );

  it('puts the focus on the summary', async () => {
    const visit = await guest();
    await visit.open(paths.forgotPassword);
    await button(visit.page, 'Send the link').click();
    // Browsers give it once the page is laid out.
    await soon(() => focused(visit)).toBe('alert');
  });

  it('shows a password on demand', async () => {
    const visit = await guest();
    await visit.open(paths.signUp);
    await field(visit.page, 'Password').fill('shown-on-demand');
    await button(visit.page, 'Show password').click();
    expect(await field(visit.page, 'Password').getAttribute('type')).toBe('text');
  });
});

/** Every page of an account, by the way there. */
const guests: Record<string, (visit: Visit) => Promise<void>> = {
  'sign-up': ({ open }) => open(paths.signUp),
  'sign-up with problems': async ({ page, open }) => {
    await open(paths.signUp);
    await button(page, 'Create account').click();
    await page.getByRole('alert').waitFor();
  },
  'check your mail': async ({ page, open }) => {
    await open(paths.signUp);
    await field(page, 'Email').fill(longEmail);
    await button(page, 'Continue with a passkey').click();
    await seesHeading(page, 'Check your email');
  },
  'a confirmation': async ({ page, open }) => {
    await open(paths.signUp);
    await field(page, 'Email').fill('confirm@example.com');
    await field(page, 'Password').fill('frankenstein-or-prometheus');
    await button(page, 'Create account').click();
    await page.context().clearCookies();
    await open(await stage.mailed().newestLink('confirm@example.com'));
    await button(page, 'Confirm').click();
    await page.getByRole('alert').waitFor();
  },
  'a forgotten password': ({ open }) => open(paths.forgotPassword),
  'a forgotten password, sent': ({ open }) => open(paths.forgotPasswordSent),
  'a reset': async ({ page, open, person }) => {
    await open(paths.forgotPassword);
    await field(page, 'Email').fill(person.email);
    await button(page, 'Send the link').click();
    await open(await stage.mailed().newestLink(person.email));
    await seesHeading(page, 'Choose a new password');
  },
  'a link that is gone': async ({ page, open }) => {
    await open(paths.resetPassword('A'.repeat(22)));
    await seesHeading(page, 'This link no longer works');
  },
};

const owners: Record<string, (visit: Visit) => Promise<void>> = {
  security: ({ open }) => open(paths.security),
  'a new password': async ({ page, open }) => {
    await open(paths.password);
    await button(page, 'Change password').click();
    await page.getByRole('alert').waitFor();
  },
  'removing the password': ({ open }) => open(paths.removePassword),
  'another address': async ({ page, open }) => {
    await open(paths.email);
    await button(page, 'Send the link').click();
    await page.getByRole('alert').waitFor();
  },
  sessions: ({ open }) => open(paths.sessions),
  activity: ({ open }) => open(paths.activity),
  data: ({ open }) => open(paths.data),
  'deleting the account': async ({ page, open }) => {
    await open(paths.deleteAccount);
    await button(page, 'Delete my account').click();
    await page.getByRole('alert').waitFor();
  },
};

it.each([
  ['a guest', guests, false],
  ['an owner', owners, true],
] as const)(
  'the pages of %s are accessible in light and dark, and fit every screen',
  async (_, pages, signedIn) => {
    const visit = await guest();
    if (signedIn) await arriveSignedIn(visit);
    for (const [name, go] of Object.entries(pages)) {
      await go(visit);
      await isAccessible(visit.page, name);
      await fits(visit.page, name);
    }
  },
);

it('a lockdown page and what comes after it: accessible, and they fit', async () => {
  const visit = await guest();
  await arriveSignedIn(visit);
  await visit.open(paths.password);
  await field(visit.page, 'New password').fill('the-last-man-of-1826');
  await button(visit.page, 'Change password').click();
  await seesHeading(visit.page, 'Security');
  await visit.open(await stage.mailed().newestLink(visit.person.email));
  await seesHeading(visit.page, 'Wasn’t you?');
  await isAccessible(visit.page, 'lockdown');
  await fits(visit.page, 'lockdown');
  expect(await visit.page.getByRole('listitem').count()).toBe(4);
  const calm = await button(visit.page, 'Secure my account').evaluate((one) => one.className);
  expect(calm).not.toContain('danger');
  await button(visit.page, 'Secure my account').click();
  await seesHeading(visit.page, 'Your account is secured');
  await isAccessible(visit.page, 'secured');
  await fits(visit.page, 'secured');
});
