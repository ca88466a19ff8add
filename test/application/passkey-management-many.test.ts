/** A hundred passkeys: every one is listed, excluded, offered and signalled, whatever a page of the API holds. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { ageProofs } from '../support/aged-session.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import { finishRegistration, startRegistration } from '../support/ceremonies.ts';
import { listedIds } from '../support/dashboard.ts';
import { eve } from '../support/person.ts';
import { formType, jsonType, rowCounts, send, signedInCookie } from '../support/request.ts';
import { finishStepUp, registered, startStepUp } from '../support/step-up.ts';
import { createWire } from '../support/wire.ts';

const wire = createWire();
const oldest = createAuthenticator();
const ids: string[] = [];
let running: TestApp;
let cookie: string;

beforeAll(async () => {
  running = await startApp({ wrapTransport: wire.wrapTransport });
  await running.createAccount(eve.email, eve.password);
  await registered(running, await signedInCookie(running, eve), createAuthenticator());
  cookie = await signedInCookie(running);
  await add(oldest);
  await add();
  return () => running.close();
});
afterEach(() => wire.mend());

const add = async (authenticator = createAuthenticator()) =>
  void ids.push(await registered(running, cookie, authenticator));

/** Copies the newest passkey, in all that is kept of it, until there are so many. */
async function fill(count: number): Promise<void> {
  const newest = ids.at(-1) ?? '';
  const copies = Array.from({ length: count - ids.length }, () => randomBytes(32).toString('base64url'));
  await copy('passkey_api_credentials', 'id', newest, copies);
  await copy('passkey_records', 'credential_id', newest, copies);
  ids.push(...copies);
}
async function copy(table: string, key: string, original: string, copies: string[]): Promise<void> {
  const row = await running.database.db(table).where(key, original).first();
  await running.database.db.batchInsert(
    table,
    copies.map((id) => ({ ...row, [key]: id })),
    20,
  );
}
const get = (path: string) => send(running, path, { headers: { Cookie: cookie } });
const excludedIds = async () => {
  const { options } = await startRegistration(running, cookie);
  return (options.publicKey as unknown as { excludeCredentials: { id: string }[] }).excludeCredentials.map(
    ({ id }) => id,
  );
};
const signalledIds = async () => JSON.parse((await get(paths.passkeySignals)).text).allAcceptedCredentialIds;

/** As a Hanko server does, whose pages are small unless told otherwise. */
function pagesOf(size: number): void {
  wire.before = ({ url }) => {
    if (url.searchParams.has('per_page')) url.searchParams.set('per_page', String(size));
    return undefined;
  };
}

describe('the hundredth', () => {
  beforeAll(() => fill(99));

  it('finds 99 excluded, and is the last: one more is refused, at its start and at its finish', async () => {
    pagesOf(20);
    expect((await excludedIds()).sort()).toEqual([...ids].sort());
    const late = await startRegistration(running, cookie);
    await add();
    const before = await rowCounts(running);

    const headers = { ...jsonType, Cookie: cookie };
    const start = await send(running, paths.passkeyRegistration, {
      method: 'POST',
      headers,
      body: '{"start":true}',
    });
    expect([start.status, JSON.parse(start.text).code]).toEqual([422, 'too_many_passkeys']);
    expect(start.headers['set-cookie']).toBeUndefined();
    const credential = createAuthenticator().create(late.options, running.origin);
    const finish = await finishRegistration(running, late.cookie, credential);
    expect([finish.status, JSON.parse(finish.text).code]).toEqual([422, 'too_many_passkeys']);
    expect((await rowCounts(running)).passkey_api_credentials).toBe(before.passkey_api_credentials);
  });
});

describe('of a hundred passkeys', () => {
  beforeAll(() => fill(100));

  it('all are listed once, and nobody else’s, with API pages of which the last is not full', async () => {
    pagesOf(30);
    wire.calls.length = 0;
    expect(listedIds((await get(paths.dashboard)).text).sort()).toEqual([...ids].sort());
    expect(wire.calls).toEqual(Array(4).fill('GET credentials'));
  });

  it('all are offered at a step-up, and the oldest one is taken, with API pages that are all full', async () => {
    pagesOf(20);
    await ageProofs(running, 3_600);
    const { cookie: begun, options } = await startStepUp(running, cookie);
    const { allowCredentials } = options.publicKey as object as { allowCredentials: { id: string }[] };
    expect(allowCredentials.map(({ id }) => id).sort()).toEqual([...ids].sort());
    const answer = await finishStepUp(running, begun, oldest.get(options, running.origin));
    expect(answer.status).toBe(200);
    cookie = await signedInCookie(running);
  });

  it('all are signalled, and there is room again after one is deleted', async () => {
    pagesOf(30);
    expect((await signalledIds()).sort()).toEqual([...ids].sort());
    const headers = { ...formType, Cookie: cookie };
    const id = ids.pop() ?? '';
    await send(running, paths.deletePasskey(id), { method: 'POST', headers, body: '' });
    expect(listedIds((await get(paths.dashboard)).text)).not.toContain(id);
    await add();
    expect(await signalledIds()).toHaveLength(100);
  });
});
