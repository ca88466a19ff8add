/** The messages of both ceremonies, as a real browser and step 4 exchange them, and as chapter 1 shows them. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Trouble } from '../../src/passkey-api/troubles.ts';
import type { Stage } from './attack/attack.ts';
import type { RehearsalApi } from './attack/rehearsal-api.ts';
import { guide } from './cutting.ts';

export const directory = path.join(guide, 'ceremony');
/** GUIDE_CAPTURE=1 writes the files anew, with the address of the guide in them. */
export const capturing = Boolean(process.env.GUIDE_CAPTURE);

// biome-ignore lint/suspicious/noExplicitAny: whatever a file of the guide holds is compared, not relied on
export const read = (file: string): any => JSON.parse(readFileSync(path.join(directory, file), 'utf8'));

type Answer = { response: { clientDataJSON: string } };
type Messages = Record<string, unknown>;

/** @returns the messages by the names of their files in docs/guide/ceremony */
export async function exchanged(page: Page, { origin, api, contract }: Stage): Promise<Messages> {
  const { ada } = contract;
  await page.goto(`${origin}/login`);
  await page.getByLabel('Email').fill(ada.email);
  await page.getByLabel('Password').fill(ada.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  const creating = await ceremony(page, api, 'create', 'Create a passkey');
  await page.getByText('Passkey created.').waitFor();
  await page.getByRole('button', { name: 'Sign out' }).click();
  const signingIn = await ceremony(page, api, 'sign-in', 'Sign in with a passkey');
  await page.getByText('Signed in as').waitFor();
  return { ...creating, ...signingIn };
}

async function ceremony(page: Page, api: RehearsalApi, name: string, button: string): Promise<Messages> {
  const { token, hear } = hearing();
  const start = page.waitForResponse((response) => response.url().endsWith(`/passkeys/${name}/start`));
  const finish = page.waitForRequest((request) => request.url().endsWith(`/passkeys/${name}/finish`));
  return api.during(hear, async () => {
    // Pressed before the script is there, it does nothing.
    await page.getByRole('button', { name: button }).waitFor();
    await page.waitForLoadState();
    await page.getByRole('button', { name: button }).click();
    const answer: Answer = (await finish).postDataJSON();
    return {
      [`${name}-2-options`]: await (await start).json(),
      [`${name}-3-answer`]: answer,
      [`${name}-3-client-data`]: decoded(answer.response.clientDataJSON),
      [`${name}-4-token`]: decoded((await token).split('.')[1] ?? ''),
    };
  });
}

const decoded = (text: string) => JSON.parse(Buffer.from(text, 'base64url').toString());

/** Nothing is wrong with the API; the token that it answers a finish with is heard. */
function hearing() {
  const { promise: token, resolve } = withResolvers<string>();
  const hear: Trouble = ({ url = '' }, response) => {
    const end = response.end.bind(response);
    if (url.endsWith('/finalize'))
      response.end = ((body: string) => {
        resolve(JSON.parse(body).token);
        return end(body);
      }) as typeof response.end;
    return false;
  };
  return { token, hear };
}

function withResolvers<Value>() {
  let resolve: (value: Value) => void = () => {};
  const promise = new Promise<Value>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** Chapter 1 shows a ceremony with the fields of this one. */
export function holdAgainstKept(now: Messages): void {
  if (capturing)
    for (const [name, message] of Object.entries(now))
      writeFileSync(path.join(directory, `${name}.json`), `${JSON.stringify(message, null, 2)}\n`);
  const kept = Object.fromEntries(
    readdirSync(directory).map((file) => [path.basename(file, '.json'), read(file)]),
  );
  expect(shape(kept)).toEqual(shape(now));
}

/** What is the same in every ceremony: names and kinds, and every value that is no random one. */
function shape(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => shape(one, key));
  if (value && typeof value === 'object')
    return Object.fromEntries(
      Object.entries(value)
        // Chrome adds it now and then.
        .filter(([name]) => name !== 'other_keys_can_be_added_here')
        .map(([name, one]) => [name, shape(one, name)]),
    );
  return random.has(key) ? `${typeof value} of ${key}` : value;
}

const random = new Set([
  ...['challenge', 'id', 'rawId', 'clientDataJSON', 'attestationObject', 'authenticatorData'],
  ...['signature', 'cred', 'iat', 'exp', 'origin'],
]);
