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

/** Rows of one statement. */
const batch = 500;

/** @property statements how many were sent meanwhile; the others are milliseconds that they waited */
type Waits = { statements: number; median: number; p99: number; longest: number };

/** How long statements waited while so many rows were swept. */
export type Swept = { rows: number; seconds: number; waits: Waits };

/**
 * @param databaseUrl of an empty database
 * @param rows sessions that have run out
 */
export async function measureSweep(databaseUrl: string, rows: number): Promise<Swept> {
  const db = openDatabase(databaseUrl, '/');
  try {
    await migrate(db);
    const userId = randomUUID();
    const account = { id: userId, email: 'ada@example.com', passwordHash: null, emailVerified: true };
    await createUserStore(db).insert(account);
    await addEnded(db, userId, rows);
    return { rows, ...(await sweep(db, userId)) };
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

async function sweep(db: Database, userId: string): Promise<Omit<Swept, 'rows'>> {
  const startedAt = performance.now();
  const waits: number[] = [];
  let over = false;
  const sweeping = createSessionStore(db)
    .sweep()
    .finally(() => {
      over = true;
    });
  async function ask(): Promise<void> {
    while (!over) {
      const askedAt = performance.now();
      await db('users').where({ id: userId }).first('id');
      waits.push(performance.now() - askedAt);
      await pause(1);
    }
  }
  await Promise.all([sweeping, ask()]);
  const seconds = (performance.now() - startedAt) / 1_000;
  const [median, p99, longest] = [0.5, 0.99, 1].map((part) => quantile(waits, part)) as [
    number,
    number,
    number,
  ];
  return { seconds, waits: { statements: waits.length, median, p99, longest } };
}
