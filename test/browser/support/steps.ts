/** What people do and see, by the roles and names that they see. */
import type { Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { paths } from '../../../src/paths.ts';
import { ownsPasskey } from './owning.ts';
import { patience } from './patience.ts';
import { atRest } from './rest.ts';
import type { Visit } from './stage.ts';

export const button = (within: Page | Locator, name: string) =>
  within.getByRole('button', { name, exact: true });
export const field = (page: Page, name: string) => page.getByLabel(name, { exact: true });
export const passkeyList = (page: Page) =>
  page.getByRole('region', { name: 'Passkeys' }).getByRole('listitem');

export async function fillSignIn({ page, person }: Visit, password = person.password): Promise<void> {
  await field(page, 'Email').fill(person.email);
  await field(page, 'Password').fill(password);
  await button(page, 'Sign in').click();
}

/** From any page to the dashboard, by the form. */
export async function signIn(visit: Visit): Promise<void> {
  await visit.open(paths.login);
  await fillSignIn(visit);
  await seesHeading(visit.page, 'Dashboard');
}

export async function signOut({ page }: Visit): Promise<void> {
  // So that the page's script does not ask for something in the name of a session that has just ended.
  await page.waitForLoadState();
  await button(page, 'Sign out').click();
  await seesHeading(page, 'Sign in');
}

/** On the dashboard. */
export async function createPasskey({ page }: Visit): Promise<void> {
  await button(page, 'Create a passkey').click();
  await page.getByText('Passkey saved').waitFor();
}

/** On the dashboard, in the list. */
export async function renameInPlace(entry: Locator, name: string): Promise<void> {
  await button(entry, 'Rename').click();
  await entry.getByLabel('Name', { exact: true }).fill(name);
  await button(entry, 'Save').click();
}

export async function signInWithPasskey({ page }: Visit): Promise<void> {
  await button(page, 'Sign in with a passkey').click();
  await seesHeading(page, 'Dashboard');
}

export async function seesHeading(page: Page, name: string): Promise<void> {
  await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
}

/** Waits until the region with this role says exactly this, and the other one nothing. */
export async function isTold(page: Page, role: 'status' | 'alert', text: string): Promise<void> {
  await expect
    .poll(() => page.evaluate(said), { timeout: patience, interval: 20 })
    .toEqual({ status: '', alert: '', [role]: text });
}

/** What is told of an attempt to use a passkey that failed: it ends with a way back in. */
export const failed = (text: string) => (text ? `${text} Lost your passkey?` : text);

/** No name of an exception, no code and no placeholder reaches people. */
export async function seesNoTechnicalWords(page: Page): Promise<void> {
  expect(await page.locator('body').innerText()).not.toMatch(/\w+(Error|Exception)\b|_|\{|undefined|null/);
}

/** In the page, which is asked once for both. Locators would bring a script of 340 KB along, into each document anew. */
function said(): Record<string, string> {
  const by = (role: string) =>
    [...document.querySelectorAll<HTMLElement>(`[role="${role}"]`)]
      .filter((one) => one.checkVisibility({ visibilityProperty: true }))
      .map((one) => one.innerText)
      .join('')
      .trim();
  return { status: by('status'), alert: by('alert') };
}

/** Signed in, on whatever page it is. */
export async function signsInUnseen({ context, person }: Visit): Promise<void> {
  await context.request.post(paths.login, { form: person, maxRedirects: 0 });
}

/** On the dashboard without the form: for tests whose subject comes later. */
export async function arriveSignedIn(visit: Visit): Promise<void> {
  await signsInUnseen(visit);
  await visit.open(paths.dashboard);
}

/** On the sign-in page, with a passkey in the authenticator. */
export async function arriveWithPasskey(visit: Visit): Promise<void> {
  await ownsPasskey(visit);
  await visit.open(paths.login);
}

/** On the dashboard, with a passkey in the list and in the authenticator. */
export async function arriveOwning(visit: Visit): Promise<string> {
  const id = await ownsPasskey(visit);
  await arriveSignedIn(visit);
  return id;
}

/** The browser forgets who is signed in, once the page asks for nothing any more that would be refused. */
export async function loseCookies({ context, page }: Visit): Promise<void> {
  await atRest(page);
  await context.clearCookies();
}
