/** What a Hanko tenant is told of people, which its server keeps for good: an id, and no address at any time. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PasskeyTransport } from '../../src/passkeys/hanko/transport.ts';
import { paths } from '../../src/paths.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { json } from '../support/http-server.ts';
import { type PasskeyService, startPasskeyService } from '../support/passkey-service.ts';
import { signedInByPassword } from '../support/request.ts';
import { owningPasskey, signedIn } from '../support/seated.ts';
import { upgrade } from '../support/upgrade.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

/** The names in the user rows of a Hanko server, which `registration/initialize` writes. */
const names = new Map<string, string>();
/** Everything that was sent, as text. */
const sent: string[] = [];
const heard = (transport: PasskeyTransport): PasskeyTransport => ({
  ...transport,
  fetch: async (url, init) => {
    sent.push(decodeURIComponent(`${init?.method ?? 'GET'} ${url} ${String(init?.body ?? '')}`));
    const answer = await transport.fetch(url, init);
    if (url.endsWith('/registration/initialize')) {
      const { user_id: id, username } = JSON.parse(String(init?.body));
      names.set(id, username);
    }
    return answer;
  },
});

let service: PasskeyService;
let running: TestApp;
let visitor: Visitor;
let account: { email: string; password: string };
let id: string;
let people = 0;
beforeAll(async () => {
  service = await startPasskeyService();
  const env = { ...service.env, PASSKEYS_AUTOMATIC_UPGRADE: 'on' };
  running = await startApp({ env, wrapTransport: heard });
});
beforeEach(async () => {
  account = { email: `leaver.${++people}@example.com`, password: 'goodbye-and-thanks-for-fish' };
  await running.createAccount(account.email, account.password);
  id = (await running.database.db('users').where({ email: account.email }).first('id')).id;
  visitor = createVisitor(running);
  await signedIn(running, visitor, account);
  await running.database.db('pending_deletions').delete();
  names.clear();
  sent.length = 0;
});
afterEach(() => service.recover());
afterAll(async () => {
  await running.close();
  await service.stop();
});

const leave = () => visitor.postForm(paths.deleteAccount, account);
/** What an earlier version has told the tenant, which has kept it. */
async function toldTheAddress(): Promise<void> {
  await fetch(`${service.baseUrl}/${service.tenantId}/registration/initialize`, {
    method: 'POST',
    headers: { apiKey: service.apiKey, 'Content-Type': 'application/json' },
    body: JSON.stringify({ user_id: id, username: account.email }),
  });
  names.set(id, account.email);
}
async function later(): Promise<void> {
  const past = new Date(Date.now() - 61_000).toISOString();
  await running.database.db('pending_deletions').update({ next_try_at: past, created_at: past });
  await running.app.sweep();
}
const waiting = () => running.database.db('pending_deletions').whereNull('done_at').select('user_id');

describe('a tenant is told no address', () => {
  it('by any act of a passkey’s life; the browser is, for the person to see', async () => {
    const { start, credential } = await visitor.registrationAnswer();
    expect(start.body.createOptions.publicKey.user).toEqual({
      id: Buffer.from(id).toString('base64url'),
      name: account.email,
      displayName: account.email,
    });
    const finish = await visitor.postJson(paths.passkeyRegistration, { finish: true, credential });
    const passkey = finish.body.passkey.id;
    await visitor.postForm(paths.renamePasskey(passkey), { name: 'Laptop' });
    expect((await visitor.signInWithPasskey()).status).toBe(200);
    expect((await visitor.postForm(paths.deletePasskey(passkey))).status).toBe(303);
    expect(names).toEqual(new Map([[id, id]]));
    expect(sent.filter((text) => text.includes('leaver'))).toEqual([]);
  });

  it('by an automatic upgrade', async () => {
    await upgrade(running, await signedInByPassword(running, account));
    expect([...names]).toEqual([[id, id]]);
    expect(sent.filter((text) => text.includes('leaver'))).toEqual([]);
  });
});

describe('a deleted account', () => {
  it('has nothing at the tenant but its id, whatever an earlier version has told', async () => {
    const before = await service.countPasskeys();
    await owningPasskey(running, visitor, account);
    await toldTheAddress();
    expect((await leave()).status).toBe(303);
    expect([...names]).toEqual([[id, id]]);
    expect(await service.countPasskeys()).toBe(before);
  });

  it('is overwritten when the tenant answers again', async () => {
    await owningPasskey(running, visitor, account);
    await toldTheAddress();
    await service.refuseConnections();
    expect((await leave()).status).toBe(303);
    expect(names.get(id)).toBe(account.email);
    await service.recover();
    await later();
    expect([[...names], await waiting()]).toEqual([[[id, id]], []]);
  });

  it('is overwritten when only that had failed', async () => {
    await toldTheAddress();
    service.answerAt('registration/initialize', json(500, { title: 'Internal Server Error', status: 500 }));
    await leave();
    expect([names.get(id), await waiting()]).toEqual([account.email, [{ user_id: id }]]);
    await service.recover();
    await later();
    expect([[...names], await waiting()]).toEqual([[[id, id]], []]);
  });

  it('stays unknown to a tenant that never knew it', async () => {
    await leave();
    await later();
    expect([[...names], await waiting()]).toEqual([[], []]);
    expect(sent.filter((text) => text.includes('registration/initialize'))).toEqual([]);
  });
});
