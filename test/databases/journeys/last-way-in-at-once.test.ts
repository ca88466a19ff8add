/** One way in remains also when several deletions happen at once, or the API hears of them late. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { paths } from '../../../src/paths.ts';
import { actingIn, requesterOf } from '../../support/acting.ts';
import { removePassword } from '../../support/aged-session.ts';
import type { TestApp } from '../../support/app.ts';
import { eve } from '../../support/person.ts';
import { formType, send, sessionCookie } from '../../support/request.ts';
import { startTwice } from '../../support/two-processes.ts';
import { brokenAnswer, createWire } from '../../support/wire.ts';

const wire = createWire();
let running: TestApp;
let second: TestApp;
let cookie: string;
let add: () => Promise<string>;

beforeAll(async () => {
  const both = await startTwice({ wrapTransport: wire.wrapTransport });
  ({ first: running, second } = both);
  return both.close;
});
beforeEach(begin);
afterEach(() => wire.mend());

/** The account has a password and no passkey, and somebody signs in. */
async function begin(): Promise<void> {
  for (const table of ['users', 'passkey_api_credentials', 'passkey_records'])
    await running.database.db(table).delete();
  const user = await running.createAccount(eve.email, eve.password);
  const acting = actingIn(running);
  const opened = await acting.letIn(user);
  cookie = sessionCookie(running, opened.session.id);
  add = () => acting.addPasskey(user, requesterOf(opened));
}

const remove = (id: string, app = running) =>
  send(app, paths.deletePasskey(id), { method: 'POST', headers: { ...formType, Cookie: cookie }, body: '' });
const passkeys = async () =>
  (await running.database.db('passkey_api_credentials').select('id')).map(({ id }) => id).sort();

describe('[ASVS 15.4.2] deletions at once', () => {
  it.each([
    ['one process', () => running],
    ['two processes', () => second],
  ])('leave one passkey of two, in %s', async (_, other) => {
    const ids = [await add(), await add()] as const;
    await removePassword(running, eve.email);
    const answers = await Promise.all([remove(ids[0]), remove(ids[1], other())]);
    expect((await passkeys()).length).toBeGreaterThan(0);
    const statuses = answers.map(({ status }) => status);
    expect(statuses).toContain(409);
    const blocked = answers.filter(({ status }) => status === 409);
    for (const { text } of blocked) expect(text).toContain('is your only way to sign in');
    // Who was refused for the other's sake may have the other one deleted now.
    for (const id of ids) await remove(id);
    expect(await passkeys()).toHaveLength(1);
  });

  it('of ten leave one', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 10; count++) ids.push(await add());
    await removePassword(running, eve.email);
    const answers = await Promise.all(ids.map((id, index) => remove(id, index % 2 ? second : running)));
    expect((await passkeys()).length).toBeGreaterThan(0);
    expect(new Set(answers.map(({ status }) => status))).toContain(409);
    for (const id of ids) await remove(id);
    expect(await passkeys()).toHaveLength(1);
  });

  it('of one passkey are one deletion: the other finds nothing, and the last one stays', async () => {
    const [id, other] = [await add(), await add()];
    await removePassword(running, eve.email);
    const answers = await Promise.all([remove(id), remove(id, second)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 404]);
    expect(await passkeys()).toEqual([other]);
  });
});

describe('a deletion', () => {
  it('of which the API has not heard counts as one: the other passkey stays', async () => {
    const [id, other] = [await add(), await add()];
    await removePassword(running, eve.email);
    wire.before = ({ method }) => (method === 'DELETE' ? brokenAnswer() : undefined);
    expect((await remove(id)).headers.location).toBe(paths.dashboard);
    expect([await passkeys(), (await remove(other)).status]).toEqual([[id, other].sort(), 409]);
    wire.mend();
    await running.database.db('pending_deletions').update({ next_try_at: new Date(0).toISOString() });
    await second.app.sweep();
    expect(await passkeys()).toEqual([other]);
  });

  it('is not even tried when what remains cannot be known', async () => {
    const id = await add();
    await add();
    await removePassword(running, eve.email);
    wire.calls.length = 0;
    wire.before = ({ path }) => (path === 'credentials' ? brokenAnswer() : undefined);
    expect((await remove(id)).status).toBe(503);
    expect(wire.calls.filter((call) => call.startsWith('DELETE'))).toEqual([]);
    expect(await passkeys()).toHaveLength(2);
  });
});
