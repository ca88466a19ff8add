/**
 * kill -9 in the middle of things: what was confirmed to somebody stays, and nothing is left half done. KILL_ROUNDS
 * asks for more rounds than every run can afford.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../../src/db/database.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { freePort } from '../../support/free-port.ts';
import { createLedger, type Ledger } from '../../support/ledger.ts';
import { endProcesses, type ServerProcess, startServerProcess } from '../../support/process.ts';

const rounds = Number(process.env.KILL_ROUNDS ?? 1);
/** Milliseconds for which the process lives on after the first confirmation, at most. */
const longestRest = 250;

describe('kill -9 at a random moment', () => {
  let database: TestDatabase;
  let port: number;
  let ledger: Ledger;

  beforeAll(async () => {
    // Its pool is never used: nobody but the process has the database open when it is killed.
    database = await createTestDatabase();
    port = await freePort();
  });
  afterAll(async () => {
    await endProcesses();
    await database.drop();
  });

  it('loses nothing that was confirmed', { timeout: rounds * 60_000 }, async () => {
    for (let round = 0; round < rounds; round++) {
      const running = await startServerProcess({ databaseUrl: database.url, port });
      await running.ready();
      if (round === 0) ledger = await opened(running);
      await ledger.expectKept();
      await Promise.all([
        killedAfterConfirming(running, ledger),
        untilGone((turn) => ledger.visit(turn === 0)),
        untilGone((turn) => ledger.changePasskeys(turn === 0)),
        untilGone(() => ledger.signInWithPasskey()),
      ]);
      await afterwards(database.url);
    }
    const last = await startServerProcess({ databaseUrl: database.url, port });
    await last.ready();
    await ledger.expectKept();
  });
});

/** The account is one that the process itself has announced. */
async function opened(running: ServerProcess): Promise<Ledger> {
  const [, email = '', password = ''] = /Demo account: (\S+) \/ (\S+)/.exec(running.output()) ?? [];
  const ledger = createLedger(running, { email, password });
  await ledger.open();
  return ledger;
}

/** Not before something new was confirmed: else there would be nothing to lose. */
async function killedAfterConfirming(running: ServerProcess, ledger: Ledger): Promise<void> {
  const before = ledger.size();
  await expect.poll(() => ledger.size(), { interval: 5 }).toBeGreaterThan(before);
  await pause(Math.random() * longestRest);
  running.signal('SIGKILL');
  expect(await running.ended).toEqual({ code: null, signal: 'SIGKILL' });
}

/** Acts again and again until nobody answers; an answer that is wrong is a failure all the same. */
async function untilGone(act: (turn: number) => Promise<void>): Promise<void> {
  for (let turn = 0; ; turn++) {
    try {
      await act(turn);
    } catch (error) {
      if (isDisconnection(error)) return;
      throw error;
    }
  }
}

/** Supertest tells of some of these in the message alone. */
function isDisconnection(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return /^(ECONNREFUSED|ECONNRESET|EPIPE)/.test(code ?? message) || /socket hang up|aborted/.test(message);
}

/** SQLite can tell whether its file is whole; of PostgreSQL that is taken for granted. */
async function expectSound(db: Database): Promise<void> {
  expect(await db.raw('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  expect(await db.raw('PRAGMA foreign_key_check')).toEqual([]);
}

/** What the next process finds. */
async function afterwards(databaseUrl: string): Promise<void> {
  const db = openDatabase(databaseUrl, '/');
  try {
    if (databaseUrl.startsWith('sqlite:')) await expectSound(db);
    // A password whose process was killed counts as a wrong one: hundreds of rounds would be taken for guessing.
    await db('rate_limits').delete();
  } finally {
    await db.destroy();
  }
}
