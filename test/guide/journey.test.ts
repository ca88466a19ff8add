/** One journey in a real browser through every step of the guide, as far as the step goes. */
import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { addAuthenticator, type VirtualAuthenticator } from '../support/virtual-authenticator.ts';
import type { Stage } from './attack/attack.ts';
import { examples } from './attack/step-directory.ts';
import { withStep } from './support/attacked.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.connect(inject('browserEndpoint'));
});
afterAll(() => browser.close());

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const heading = (page: Page, name: string) => page.getByRole('heading', { name, exact: true }).waitFor();
const told = (page: Page, words: string) => page.getByText(words).waitFor();

/** @param chapter of the step: what it can do */
async function travel(stage: Stage, chapter: number): Promise<void> {
  const context = await browser.newContext({ baseURL: stage.origin });
  const faults: string[] = [];
  context.on('weberror', (fault) => faults.push(fault.error().message));
  // A device that answers at once leaves nobody the time to press a button; the field has a test of its own.
  await context.addInitScript(withoutAutofill);
  const page = await context.newPage();
  const device = await addAuthenticator(page);
  await page.goto('/');
  await heading(page, 'Sign in');
  await signInByPassword(page, stage, 'wrong');
  await told(page, 'Email or password is wrong.');
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
  expect(faults).toEqual([]);
  await context.close();
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
  await button(page, 'Create a passkey').click();
  await told(page, 'This device already has a passkey for your account.');
}

async function manage(page: Page): Promise<void> {
  await page.getByLabel('Name').fill('Ada’s phone');
  await button(page, 'Rename').click();
  await expect.poll(() => page.getByLabel('Name').inputValue()).toBe('Ada’s phone');
  await button(page, 'Remove my password').click();
  await expect.poll(() => button(page, 'Remove my password').count()).toBe(0);
  await button(page, 'Delete').click();
  await told(page, 'This is your only way in: you have no password.');
}

const steps: [step: string, chapter: number][] = [
  ['express/0-passwords', 0],
  ['express/2-create', 2],
  ['express/3-sign-in', 3],
  ['express/4-safe', 4],
  ['express/5-fail-well', 5],
  ['express/6-manage', 6],
  ['express/7-autofill', 7],
  ['koa', 5],
  ['fastify', 5],
];

it.each(steps)('%s', (step, chapter) =>
  withStep(path.join(examples, step), (stage) => travel(stage, chapter)),
);

it('express/7-autofill signs in from the email field', () =>
  withStep(path.join(examples, 'express/7-autofill'), async (stage) => {
    const context = await browser.newContext({ baseURL: stage.origin });
    await context.addInitScript(withoutAutofill);
    const page = await context.newPage();
    await addAuthenticator(page);
    await page.goto('/login');
    await signInByPassword(page, stage, stage.contract.ada.password);
    await createPasskey(page, 7);
    await page.evaluate(() => localStorage.setItem('autofill', 'on'));
    // The device answers as soon as it is asked.
    await button(page, 'Sign out').click();
    await heading(page, 'Your account');
    await context.close();
  }));
