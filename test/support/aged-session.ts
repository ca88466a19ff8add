/** What sessions hold, seen and changed in the database: nobody waits ten minutes in a test. Knows no HTTP. */
import type { SessionData } from '../../src/web/http/session.ts';
import { person, type TestApp } from './app.ts';

type StoredSession = { id_hash: string; data: SessionData; created_at: string; expires_at: string };

/** The sessions of one account, oldest first. */
export async function sessionsOf(
  { database: { db } }: TestApp,
  email: string = person.email,
): Promise<StoredSession[]> {
  const rows = await db('sessions')
    .join('users', 'users.id', 'sessions.user_id')
    .where('users.email', email)
    .orderBy('sessions.created_at')
    .select('sessions.id_hash', 'sessions.data', 'sessions.created_at', 'sessions.expires_at');
  return rows.map((row) => ({ ...row, data: JSON.parse(row.data) }));
}

/** Changes what all sessions of one account hold. */
export async function changeSessions(
  running: TestApp,
  members: Partial<SessionData>,
  email: string = person.email,
): Promise<void> {
  for (const { id_hash, data } of await sessionsOf(running, email)) {
    const changed = JSON.stringify({ ...data, ...members });
    await running.database.db('sessions').where({ id_hash }).update({ data: changed });
  }
}

/** Makes the last proof of an account's sessions so many seconds old. Exact only while the clock stands still. */
export function ageProofs(running: TestApp, seconds: number, email?: string): Promise<void> {
  return changeSessions(running, { authenticatedAt: Date.now() - seconds * 1_000 }, email);
}

/** Makes an account one that has passkeys alone. Who is signed in stays so. */
export async function removePassword({ database: { db } }: TestApp, email: string): Promise<void> {
  await db('users').where({ email }).update({ password_hash: null });
}
