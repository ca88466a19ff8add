/** One journey through a step of the guide in a real browser, as far as the step goes. */
import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import { addAuthenticator, type VirtualAuthenticator } from '../../support/virtual-authenticator.ts';
import type { Stage } from '../attack/attack.ts';

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const told = (page: Page, words: string) => page.getByText(words).waitFor();

/** Until the next page is there: this one has what was typed, whether it was taken or not. */
async function submit(page: Page, name: string): Promise<void> {
  const next = page.waitForEvent('load');
  await button(page, name).click();
  await next;
}

/** The page is there, and its script as well: a button that is pressed before does nothing. */
async function heading(page: Page, name: string): Promise<void> {
  await page.getByRole('heading', { name, exact: true }).waitFor();
  await page.waitForLoadState();
}

/** One window for all journeys: to open another for each takes as long as the journey. */
export type Traveller = Awaited<ReturnType<typeof openTraveller>>;

export async function openTraveller(browser: Browser) {
  const context = await browser.newContext();
  const faults: string[] = [];
  context.on('weberror', (fault) => faults.push(fault.error().message));
  // A device that answers at once leaves nobody the time to press a button; the field has its turn.
  await context.addInitScript(withoutAutofill);
  const page = await context.newPage();
  const device = await addAuthenticator(page);
  let last: Promise<unknown> = Promise.resolve();

  async function begin(): Promise<void> {
    faults.length = 0;
    await context.clearCookies();
    await device.clear();
    await device.setUserVerified(true);
  }

  return {
    page,
    device,
    faults,
    /** As somebody who was never there, and alone: every step is at this host, with cookies of one name. */
    alone<Result>(act: () => Promise<Result>): Promise<Result> {
      const next = () => begin().then(act);
      const turn = last.then(next, next);
      last = turn;
      return turn;
    },
  };
}

/** @param chapter of the step: what it can do */
export async function travel(
  { page, device, faults }: Traveller,
  stage: Stage,
  chapter: number,
): Promise<void> {
  await page.goto(stage.origin);
  await heading(page, 'Sign in');
  // The steps after it have the same form, and steps.test.ts asks each of them without a window.
  if (chapter === 0) {
    await signInByPassword(page, stage, 'wrong');
    await told(page, 'Email or password is wrong.');
  }
  await signInByPassword(page, stage, stage.contract.ada.password);
  await heading(page, 'Your account');
  if (chapter >= 5) await failWell(page, device);
  if (chapter >= 2) await createPasskey(page, chapter);
  if (chapter >= 5) await failTwice(page);
  await button(page, 'Sign out').click();
  await heading(page, 'Sign in');
  if (chapter >= 3) {
    await button(page, 'Sign in with a passkey').click();
    await heading(page, 'Your account');
    await told(page, `Signed in as ${stage.contract.ada.email}`);
  }
  if (chapter >= 6) await manage(page);
  if (chapter >= 7) await signInFromField(page, stage);
  expect(faults).toEqual([]);
}

function withoutAutofill(): void {
  if (!('PublicKeyCredential' in window) || localStorage.getItem('autofill')) return;
  PublicKeyCredential.isConditionalMediationAvailable = async () => false;
}

async function signInByPassword(page: Page, { contract }: Stage, password: string): Promise<void> {
  await page.getByLabel('Email').fill(contract.ada.email);
  await page.getByLabel('Password').fill(password);
  await button(page, 'Sign in').click();
}

async function createPasskey(page: Page, chapter: number): Promise<void> {
  await button(page, 'Create a passkey').click();
  if (chapter < 6) await told(page, 'Passkey created.');
  else await page.getByLabel('Name').waitFor();
}

/** Who holds the device is not its owner. */
async function failWell(page: Page, device: VirtualAuthenticator): Promise<void> {
  await device.setUserVerified(false);
  await button(page, 'Create a passkey').click();
  await told(page, 'No passkey was used. You can try again.');
  await device.setUserVerified(true);
}

async function failTwice(page: Page): Promise<void> {
  await page.waitForLoadState();
  await button(page, 'Create a passkey').click();
  await told(page, 'This device already has a passkey for your account.');
}

async function manage(page: Page): Promise<void> {
  await page.getByLabel('Name').fill('Ada’s phone');
  await submit(page, 'Rename');
  expect(await page.getByLabel('Name').inputValue()).toBe('Ada’s phone');
  await submit(page, 'Remove my password');
  expect(await button(page, 'Remove my password').count()).toBe(0);
  await button(page, 'Delete').click();
  await told(page, 'This is your only way in: you have no password.');
}

/** The device answers as soon as the field asks. */
async function signInFromField(page: Page, stage: Stage): Promise<void> {
  await page.goto(stage.origin);
  await page.evaluate(() => localStorage.setItem('autofill', 'on'));
  await button(page, 'Sign out').click();
  await heading(page, 'Your account');
}
