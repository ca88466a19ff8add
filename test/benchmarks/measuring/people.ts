/** People with accounts in Latchkey, what they do there, and what their browser and authenticator do for them. */
import { paths } from '../../../src/paths.ts';
import type { Authenticator } from '../../support/authenticator.ts';
import { person } from '../../support/person.ts';
import { type Browser, expecting } from './client.ts';

export type Person = { email: string; browser: Browser; authenticator: Authenticator };

/** The same for everybody, so that one hash will do. */
export const { password } = person;

/** An address of one's own (RFC 2544), so that no limit of an address is reached. */
export const addressOf = (n: number) => `198.18.${Math.floor(n / 250)}.${(n % 250) + 1}`;
export const emailOf = (n: number) => `person.${n}@example.com`;

/** In a browser that is known from the second time on. */
export async function signInWithPassword({ email, browser }: Person): Promise<void> {
  browser.forgetSession();
  await expecting(303, browser.post(paths.login, new URLSearchParams({ email, password })));
}

/** Both requests. */
export async function signInWithPasskey({ browser, authenticator }: Person, origin: string): Promise<void> {
  browser.forgetSession();
  const start = await expecting(200, browser.post(paths.passkeyLogin, { start: true }));
  const credential = authenticator.get(JSON.parse(start.text).loginOptions, origin);
  await expecting(200, browser.post(paths.passkeyLogin, { finish: true, credential }));
}

/** Both requests, of somebody who has just signed in. */
export async function createPasskey({ browser, authenticator }: Person, origin: string): Promise<void> {
  const start = await expecting(200, browser.post(paths.passkeyRegistration, { start: true }));
  const credential = authenticator.create(JSON.parse(start.text).createOptions, origin);
  await expecting(200, browser.post(paths.passkeyRegistration, { finish: true, credential }));
}

/** The page of somebody who is signed in. */
export async function openPage({ browser }: Person, page: string): Promise<void> {
  await expecting(200, browser.get(page));
}
