/** What tests of the signed-in side do beside the page: its rows, its clocks and a second device. */
import type { Page, Route } from 'playwright-core';
import { expect } from 'vitest';
import { paths } from '../../../src/paths.ts';
import type { TestApp } from '../../support/app.ts';
import type { KeptPasskey } from '../../support/authenticator.ts';
import { send, signedInCookie } from '../../support/request.ts';
import { takePasskey } from '../../support/virtual-authenticator.ts';
import { intercept } from './interception.ts';
import { patience } from './patience.ts';
import type { Visit } from './stage.ts';
import { button, seesHeading } from './steps.ts';

/** What becomes so before anybody gives up. */
export const soon = <T>(what: () => T, message?: string) =>
  expect.poll(what, { timeout: patience, interval: 20, ...(message ? { message } : {}) });

/** Presses one of the buttons for another place than this device. */
export async function createElsewhere({ page }: Visit, name: string): Promise<void> {
  await page.getByText('Use a phone or security key').click();
  await button(page, name).click();
}

/** On the page that asks once more who somebody is. */
export async function confirmWithPassword({ page, person }: Visit, password = person.password) {
  await seesHeading(page, 'Confirm it’s you');
  await page.getByLabel('Password', { exact: true }).fill(password);
  await button(page, 'Confirm').click();
}

export async function userIdOf({ database: { db } }: TestApp, { person }: Visit): Promise<string> {
  const { id } = await db('users').where({ email: person.email }).first('id');
  return id;
}

/** Eleven minutes pass in every session of this person. */
export async function proofGrowsOld(app: TestApp, visit: Visit): Promise<void> {
  const { db } = app.database;
  for (const { id_hash, data } of await sessionsOf(app, visit)) {
    const aged = JSON.stringify({ ...JSON.parse(data), authenticatedAt: Date.now() - 11 * 60_000 });
    await db('sessions').where({ id_hash }).update({ data: aged });
  }
}

export async function sessionsOf(app: TestApp, visit: Visit): Promise<{ id_hash: string; data: string }[]> {
  return app.database.db('sessions').where({ user_id: await userIdOf(app, visit) });
}

/** On another computer this person has used this passkey to sign in. @returns whether they are signed in there */
export async function signsInElsewhereWith(app: TestApp, visit: Visit, credential_id: string) {
  const Cookie = await signedInCookie(app, visit.person);
  await app.database
    .db('sessions')
    .where({ user_id: await userIdOf(app, visit) })
    .update({ credential_id });
  return async () => (await send(app, paths.dashboard, { headers: { Cookie } })).status === 200;
}

/** The ids of this person's passkeys, as the service has them. */
export async function storedPasskeys(app: TestApp, visit: Visit): Promise<string[]> {
  const user_id = await userIdOf(app, visit);
  return app.database.db('passkey_api_credentials').where({ user_id }).orderBy('created_at').pluck('id');
}

/** The passkey is gone, and this browser has not been told. */
export async function deletedElsewhere({ database: { db } }: TestApp, id: string): Promise<void> {
  await db('passkey_api_credentials').where({ id }).delete();
  await db('passkey_records').where({ credential_id: id }).delete();
}

/** Copies of this person's one passkey, each a day older than the one before and of the given model in turn. */
export async function ownsMany(
  app: TestApp,
  visit: Visit,
  count: number,
  aaguids: string[] = [],
): Promise<void> {
  const { db } = app.database;
  const user_id = await userIdOf(app, visit);
  const own = await db('passkey_api_credentials').where({ user_id }).first();
  const copies = Array.from({ length: count - 1 }, (_, index) => {
    const created_at = new Date(Date.parse(own.created_at) - (index + 1) * 24 * 3_600_000).toISOString();
    return {
      ...own,
      id: Buffer.from(`${user_id} ${index}`).toString('base64url'),
      name: `Passkey number ${index + 2}`,
      aaguid: aaguids[index % aaguids.length] ?? own.aaguid,
      backup_eligible: true,
      backup_state: true,
      created_at,
      last_used_at: created_at,
    };
  });
  await db('passkey_api_credentials').insert(copies);
}

/** Every request to the list of passkeys that password managers are told, from now on. */
export function listRequests(page: Page): string[] {
  const seen: string[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith(paths.passkeySignals)) seen.push(request.method());
  });
  return seen;
}

/** Waits until the page has told the password manager what it wanted to, or has given up. */
export async function signalsAreOver(page: Page): Promise<void> {
  await page.waitForLoadState('load');
  await page.evaluate(() => navigator.locks.request('passkeys', () => {}));
}

export type OtherDevice = 'phone' | 'security key';

/** Another device beside the page's own: a phone (synced) or a security key (not). */
export async function addOtherDevice(page: Page, device: OtherDevice) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: device === 'phone' ? 'ble' : 'usb',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      defaultBackupEligibility: device === 'phone',
      defaultBackupState: device === 'phone',
    },
  });
  return {
    /** How many passkeys it holds. */
    held: async () => (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials.length,
    take: (passkey: KeptPasskey) => takePasskey(cdp, authenticatorId, passkey),
  };
}

/** Opens the dashboard and waits until the password manager has been told whatever it is told there. */
export async function opensDashboard({ page, open }: Visit): Promise<void> {
  await open(paths.dashboard);
  await signalsAreOver(page);
}

export const sessionCookie = async ({ context }: Visit) =>
  (await context.cookies()).find(({ name }) => name.endsWith('-session'))?.value;

/** What happens from now on to the finish of a creation on its way. */
export async function finishMeets(
  { page }: Visit,
  happens: (route: Route) => Promise<unknown>,
): Promise<void> {
  await intercept(page, paths.passkeyRegistration, (route) =>
    route.request().postDataJSON().finish ? happens(route) : route.continue(),
  );
}
