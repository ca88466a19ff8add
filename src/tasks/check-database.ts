/**
 * What the doctor finds in the database: whether it is reached, up to date, and takes writes, and whether anybody has an
 * account in it, as nobody has in one that a misspelt DATABASE_URL has made.
 */
import { createAccounts } from '../accounts/accounts.ts';
import { refuseDemoAccount } from '../accounts/demo-account.ts';
import type { Database } from '../db/database.ts';
import { misconfiguration } from '../db/misconfiguration.ts';
import { tryWriting } from '../db/probe.ts';
import { missingFileOf } from '../db/sqlite-file.ts';
import { SetupFault } from '../setup-fault.ts';
import { type Finding, findingsAbout } from './finding.ts';
import { reach } from './with-database.ts';

const { ok, fault } = findingsAbout('database');

/** Looks for the next thing only when the one before it is in order, and makes no file. */
export async function checkDatabase(db: Database): Promise<Finding> {
  const nowhere = missingFileOf(db);
  if (nowhere)
    return fault(`there is no file ${nowhere}. Put it back, or start the server, which makes one.`);
  let isNew: boolean;
  try {
    const { pending } = await reach(db);
    if (pending.length > 0)
      return fault(`${missing(pending.length)}. Run npm run db:migrate, or start the server.`);
    isNew = await createAccounts(db).isEmpty();
  } catch (error) {
    return fault((error as Error).message);
  }
  try {
    await tryWriting(db);
    return ok(`reached, up to date, and takes writes${isNew ? '; no account is in it yet' : ''}`);
  } catch (error) {
    const wrong = misconfiguration(error) ?? 'full, locked, or its user may not. Look at the database.';
    return fault(`can be read but not written: ${wrong}`);
  }
}

/** Says nothing where all is in order. */
export async function checkDemoAccount(db: Database): Promise<Finding[]> {
  try {
    await refuseDemoAccount(createAccounts(db));
    return [];
  } catch (error) {
    if (!(error instanceof SetupFault)) throw error;
    return [findingsAbout('accounts').fault(error.message)];
  }
}

function missing(count: number): string {
  return count === 1 ? 'one migration is missing' : `${count} migrations are missing`;
}
