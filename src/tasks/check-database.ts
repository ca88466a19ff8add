/** What the doctor finds in the database: whether it is reached, up to date, and takes writes. */
import type { Database } from '../db/database.ts';
import { createProbe } from '../db/probe.ts';
import { type Finding, findingsAbout } from './finding.ts';
import { reach } from './with-database.ts';

const { ok, fault } = findingsAbout('database');

/** Looks for the next thing only when the one before it is in order. */
export async function checkDatabase(db: Database): Promise<Finding> {
  try {
    const { pending } = await reach(db);
    if (pending.length > 0)
      return fault(`${missing(pending.length)}. Run npm run db:migrate, or start the server.`);
  } catch (error) {
    return fault((error as Error).message);
  }
  if (await createProbe(db)()) return ok('reached, up to date, and takes writes');
  return fault('can be read but not written: full, locked, or its user may not. Look at the database.');
}

function missing(count: number): string {
  return count === 1 ? 'one migration is missing' : `${count} migrations are missing`;
}
