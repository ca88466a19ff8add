/**
 * How long a statement waits while very much that has run out is swept, in the same process and over the same pool: SQLite
 * has one connection there.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { createSessionStore } from '../../../src/accounts/session-store.ts';
import { createUserStore } from '../../../src/accounts/user-store.ts';
import { type Database, openDatabase } from '../../../src/db/database.ts';
import { migrate } from '../../../src/db/migrate.ts';
import { quantile } from '../measuring/rounds.ts';

const batch = 500;

/** @property waits milliseconds of each statement that was sent meanwhile. @property seconds the sweep took */
type Swept = { waits: number[]; seconds: number };

/**
 * @param databaseUrl of an empty database
 * @param rows sessions that have run out
 * @returns a sentence
 */
export async function describeSweep(databaseUrl: string, rows: number): Promise<string> {
  const db = openDatabase(databaseUrl, '/');
  try {
    await migrate(db);
    const userId = randomUUID();
    const account = { id: userId, email: 'ada@example.com', passwordHash: null, emailVerified: true };
    await createUserStore(db).insert(account);
    await addEnded(db, userId, rows);
    const { waits, seconds } = await sweep(db, userId);
    const [half, most, longest] = [0.5, 0.99, 1].map((part) => quantile(waits, part).toFixed(1));
    return `sweeping ${rows} sessions took ${seconds.toFixed(0)} s; of ${waits.length} statements meanwhile half waited ${half} ms, 99 % at most ${most} ms, the slowest ${longest} ms`;
  } finally {
    await db.destroy();
  }
}

async function addEnded(db: Database, userId: string, rows: number): Promise<void> {
  const ended = new Date(Date.now() - 1_000).toISOString();
  const row = {
    user_id: userId,
    device: 'Chrome on macOS',
    data: '{}',
    created_at: ended,
    expires_at: ended,
  };
  for (let first = 0; first < rows; first += batch)
    await db('sessions').insert(
      Array.from({ length: Math.min(batch, rows - first) }, (_, n) => ({
        ...row,
        id_hash: `${first + n}-of-those-that-have-ended-long-ago`,
      })),
    );
}

async function sweep(db: Database, userId: string): Promise<Swept> {
  const startedAt = performance.now();
  let over = false;
  const sweeping = createSessionStore(db)
    .sweep()
    .finally(() => {
      over = true;
    });
  const waits: number[] = [];
  while (!over) {
    const askedAt = performance.now();
    await db('users').where({ id: userId }).first('id');
    waits.push(performance.now() - askedAt);
    await pause(1);
  }
  await sweeping;
  return { waits, seconds: (performance.now() - startedAt) / 1_000 };
}
