import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../../../src/db/database.ts';
import { sessionLifetime } from '../../../src/lifetimes.ts';
import { paths } from '../../../src/paths.ts';
import { person, startApp, type TestApp } from '../../support/app.ts';
import { formType, send, signedInCookie } from '../../support/request.ts';
import { createVisitor } from '../../support/visitor.ts';

const day = 24 * 3_600_000;
const fromNow = (milliseconds: number) => new Date(Date.now() + milliseconds).toISOString();

/** While set, what the passkey service is asked to change waits for it. */
let gate: Promise<void> | undefined;
let arrived: () => void = () => {};

let running: TestApp;
beforeAll(async () => {
  running = await startApp({
    wrapTransport: (transport) => ({
      ...transport,
      fetch: async (url, init) => {
        if (gate && init?.method === 'PATCH') {
          arrived();
          await gate;
        }
        return transport.fetch(url, init);
      },
    }),
  });
});
afterAll(() => running.close());
beforeEach(() => running.database.db('sessions').delete());

const sessions = () => running.database.db('sessions');
const dashboard = (Cookie: string) => send(running, paths.dashboard, { headers: { Cookie } });

const onPostgres = process.env.TEST_DATABASE === 'postgres';

/** A database that reads and writes, and cannot delete a session. */
async function refuseDeletes(db: Database): Promise<void> {
  if (onPostgres) {
    await db.raw(
      "CREATE FUNCTION refuse() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION 'no'; END $$ LANGUAGE plpgsql",
    );
    await db.raw('CREATE TRIGGER refusal BEFORE DELETE ON sessions FOR EACH ROW EXECUTE FUNCTION refuse()');
  } else {
    await db.raw("CREATE TRIGGER refusal BEFORE DELETE ON sessions BEGIN SELECT RAISE(ABORT, 'no'); END");
  }
}

async function allowDeletes(db: Database): Promise<void> {
  const onTable = onPostgres ? ' ON sessions' : '';
  await db.raw(`DROP TRIGGER refusal${onTable}`);
}

describe('signing out', () => {
  it('[ASVS 7.4.1] ends the session for every copy of the cookie', async () => {
    const Cookie = await signedInCookie(running);
    const other = await signedInCookie(running);
    const answer = await send(running, paths.logout, { method: 'POST', headers: { ...formType, Cookie } });
    expect(answer.headers['set-cookie']?.[0]).toMatch(/^latchkey-\d+-session=; .*expires=Thu, 01 Jan 1970/);
    expect((await dashboard(Cookie)).headers.location).toBe('/login');
    expect((await dashboard(other)).status).toBe(200);
    expect(await sessions().select()).toHaveLength(1);
  });

  it('is logged when it has happened, not before', async () => {
    const Cookie = await signedInCookie(running);
    running.log.length = 0;
    await refuseDeletes(running.database.db);
    const answer = await send(running, paths.logout, { method: 'POST', headers: { ...formType, Cookie } });
    await allowDeletes(running.database.db);
    expect(answer.status).toBe(500);
    expect(running.log.join('')).not.toContain('"sign_out"');
    expect((await dashboard(Cookie)).status).toBe(200);
  });

  it('[ASVS 7.4.1] stays so when a slow request of the same session writes afterwards', async () => {
    const visitor = createVisitor(running);
    await visitor.signIn();
    const { id } = (await visitor.createPasskey()).body.passkey;
    let open: () => void = () => {};
    gate = new Promise((resolve) => {
      open = resolve;
    });
    const waiting = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const slow = visitor.postForm(paths.renamePasskey(id), { name: 'Slow' }).then((answer) => answer);
    await waiting;
    await visitor.signOut();
    open();
    gate = undefined;
    expect((await slow).status).toBe(303);
    expect(await sessions().select()).toHaveLength(0);
    expect((await visitor.get(paths.dashboard)).headers.location).toBe('/login');
  });
});

describe('a session ends by itself', () => {
  it('[ASVS 7.3.1] when nobody came for seven days', async () => {
    const Cookie = await signedInCookie(running);
    const [{ created_at, expires_at }] = await sessions().select();
    expect(Date.parse(expires_at) - Date.parse(created_at)).toBe(7 * day);
    await sessions().update({ expires_at: fromNow(-1) });
    expect((await dashboard(Cookie)).headers.location).toBe('/login');
  });

  it('[ASVS 7.3.2] thirty days after sign-in, however often somebody came', async () => {
    const Cookie = await signedInCookie(running);
    const [{ data }] = await sessions().select();
    // Half of the idle time has passed: the next visit puts the end off, but not beyond the thirtieth day.
    const halfOver = JSON.stringify({ ...JSON.parse(data), _expire: Date.now() + day });
    const signedInAt = fromNow(-29 * day);
    await sessions().update({ data: halfOver, created_at: signedInAt, expires_at: fromNow(day) });
    expect((await dashboard(Cookie)).status).toBe(200);
    const [{ expires_at }] = await sessions().select();
    expect(Date.parse(expires_at) - Date.parse(signedInAt)).toBe(sessionLifetime.absolute);
  });

  it('later, when somebody comes', async () => {
    const Cookie = await signedInCookie(running);
    const [{ data }] = await sessions().select();
    const halfOver = JSON.stringify({ ...JSON.parse(data), _expire: Date.now() + day });
    await sessions().update({ data: halfOver, created_at: fromNow(-6 * day), expires_at: fromNow(day) });
    const answer = await dashboard(Cookie);
    expect(answer.headers['set-cookie']?.[0]).toMatch(/^latchkey-\d+-session=/);
    const [{ expires_at }] = await sessions().select();
    expect(Date.parse(expires_at)).toBeGreaterThan(Date.now() + 6 * day);
  });

  it('and the sweep then removes it, and none that lives', async () => {
    await signedInCookie(running);
    await sessions().update({ expires_at: fromNow(-1) });
    const alive = await signedInCookie(running);
    await running.app.sweep();
    expect(await sessions().select()).toHaveLength(1);
    expect((await dashboard(alive)).status).toBe(200);
  });

  it('when it is the oldest of more than fifty', async () => {
    const oldest = await signedInCookie(running);
    const [{ user_id, ...row }] = await sessions().select();
    await sessions().update({ created_at: fromNow(-day) });
    const others = Array.from({ length: 49 }, (_, i) => ({
      ...row,
      user_id,
      id_hash: `other-${i}`.padEnd(43, 'x'),
    }));
    await sessions().insert(others);
    expect((await dashboard(oldest)).status).toBe(200);
    const newest = await signedInCookie(running);
    expect((await dashboard(oldest)).headers.location).toBe('/login');
    expect((await dashboard(newest)).status).toBe(200);
    expect(await sessions().select()).toHaveLength(50);
  });

  it('[ASVS 7.4.2] when its account is gone, and the browser is told', async () => {
    const gone = { email: 'gone@example.com', password: 'soon-to-be-deleted-1' };
    await running.createAccount(gone.email, gone.password);
    const Cookie = await signedInCookie(running, gone);
    const staying = await signedInCookie(running, person);
    await running.database.db('users').where({ email: gone.email }).delete();
    expect((await dashboard(Cookie)).headers.location).toBe('/login');
    expect(await sessions().select()).toHaveLength(1);
    expect((await dashboard(staying)).status).toBe(200);
  });
});
