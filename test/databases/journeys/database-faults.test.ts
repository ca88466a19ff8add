/** What people and operators meet while the database is in trouble: clear refusals in bounded time, then business as usual. */
import { describe, expect, it, type TestContext, vi } from 'vitest';
import { openDatabase } from '../../../src/db/database.ts';
import { isDatabaseUnavailable } from '../../../src/db/faults.ts';
import { paths } from '../../../src/paths.ts';
import { person, startApp } from '../../support/app.ts';
import { runChore } from '../../support/chores.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { createOutage, createSilence, lockDatabase, type Outage } from '../../support/database-outage.ts';
import { hastyDatabase, hastyWait } from '../../support/hasty-database.ts';
import { createVisitor, type Visitor } from '../../support/visitor.ts';

const isPostgres = process.env.TEST_DATABASE === 'postgres';
/**
 * Milliseconds: what a statement waits for, longer than the second that the driver of SQLite waits by itself, and what a
 * person does (six seconds, and two for a busy machine).
 */
const shortLock = 1_500;
const patience = 8_000;

/** An application, a person and a database of a test's own: the tests mostly wait for deadlines, and do so at the same time. */
async function startWith(
  createTrouble: (database: TestDatabase) => Promise<Outage>,
  { onTestFinished }: TestContext,
  open = openDatabase,
) {
  const database = await createTestDatabase();
  const trouble = await createTrouble(database);
  const db = open(trouble.url, '/');
  const running = await startApp({ database: { ...database, db } });
  onTestFinished(async () => {
    await trouble.end();
    await running.close();
    await db.destroy();
    await database.drop();
  });
  await running.createAccount(person.email, person.password);
  const sessions = async () => (await database.db('sessions').select('id_hash')).length;
  return { database, trouble, running, visitor: createVisitor(running), sessions };
}

async function expectRefusal(visitor: Visitor): Promise<void> {
  const startedAt = Date.now();
  const { status, headers, text } = await visitor.signIn();
  expect(Date.now() - startedAt).toBeLessThan(patience);
  expect(status).toBe(503);
  expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  expect(headers['set-cookie']).toBeUndefined();
  expect(text).not.toMatch(/SQLITE|sqlite|postgres|select|insert/i);
}

describe.concurrent('a database', () => {
  it('that is locked for a while makes a sign-in wait, and it succeeds', async (test) => {
    const { database, visitor, sessions } = await startWith(createOutage, test);
    const unlock = await lockDatabase(database);
    const signingIn = visitor.signIn().then((answer) => answer);
    await new Promise((resolve) => setTimeout(resolve, shortLock));
    await unlock();
    expect((await signingIn).headers.location).toBe(paths.dashboard);
    expect(await sessions()).toBe(1);
  });

  it('that stays locked makes a sign-in end with 503, and leaves nothing; the doctor finds that it takes no writes', async (test) => {
    const { database, visitor, sessions } = await startWith(createOutage, test);
    const unlock = await lockDatabase(database);
    const [{ code, out }] = await Promise.all([
      runChore(['doctor'], { databaseUrl: database.url }),
      expectRefusal(visitor),
    ]);
    expect(code).toBe(1);
    expect(out).toMatch(/^fault +database: can be read but not written/m);
    expect((await visitor.get(paths.login)).status).toBe(200);
    await unlock();
    expect(await sessions()).toBe(0);
    expect((await visitor.signIn()).headers.location).toBe(paths.dashboard);
  });

  // Nothing lies between an application and its SQLite file that could go away.
  const remote = isPostgres ? it : null;
  remote?.('that goes away and comes back is used again', async (test) => {
    const { trouble: outage, visitor, sessions } = await startWith(createOutage, test);
    await visitor.signIn();
    await outage.begin();
    expect((await visitor.get(paths.dashboard)).status).toBe(503);
    expect((await visitor.get(paths.readiness)).status).toBe(503);
    await expectRefusal(visitor);
    await outage.end();
    await vi.waitFor(async () => expect((await visitor.get(paths.dashboard)).status).toBe(200), 2_000);
    expect(await sessions()).toBe(1);
  });
});

// SQLite is a library: there is nobody who could stop answering.
const servers = isPostgres ? describe.concurrent : null;
servers?.('a database that stops answering while connections stay open', () => {
  /** Milliseconds to say that a statement was not answered: less than another wait for a statement would take. */
  const time = 1_500;
  /** Milliseconds for the answer to a statement, where nobody is hasty. */
  const silentWait = 6_000;
  /** Milliseconds after which readiness asks the database again. */
  const readinessKept = 1_100;

  it('is answered for with 503 in bounded time, again and again, and used as soon as it answers', async (test) => {
    const { trouble: silence, running, visitor } = await startWith(createSilence, test, hastyDatabase);
    const guest = createVisitor(running);
    await visitor.signIn();
    const askAll = async () => {
      const startedAt = Date.now();
      const answers = await Promise.all([
        visitor.get(paths.dashboard),
        visitor.get(paths.login),
        visitor.get(paths.readiness),
        guest.signIn(),
      ]);
      expect(Date.now() - startedAt).toBeLessThan(hastyWait + time);
      return answers.map(({ status }) => status);
    };
    expect(await askAll()).toEqual([200, 303, 200, 303]);
    await silence.begin();
    await new Promise((resolve) => setTimeout(resolve, readinessKept));
    expect(await askAll()).toEqual([503, 503, 503, 503]);
    expect(await askAll()).toEqual([503, 503, 503, 503]);
    await silence.end();
    // At once, and each with its own answer: none comes from a connection that owes one to somebody before.
    expect(await askAll()).toEqual([200, 303, 200, 303]);
    expect((await visitor.get(paths.dashboard)).text).toContain(person.email);
  });

  it('ends a transaction just as soon, and gives its connection to nobody else', async (test) => {
    const { trouble: silence, running } = await startWith(createSilence, test);
    const { db } = running.database;
    const startedAt = Date.now();
    const failing = db.transaction(async (transaction) => {
      await transaction.raw('SELECT 1');
      await silence.begin();
      await transaction.raw("SELECT 'late'");
    });
    const error = await failing.catch((thrown) => thrown);
    expect(isDatabaseUnavailable(error)).toBe(true);
    expect(Date.now() - startedAt).toBeLessThan(silentWait + time);
    await silence.end();
    const answers = await Promise.all(
      Array.from({ length: 5 }, (_, n) => db.select(db.raw('?::int AS n', n))),
    );
    expect(answers).toEqual([0, 1, 2, 3, 4].map((n) => [{ n }]));
  });
});
