/** The database of the settings, for one chore: opened, closed whatever happens, and explained when it does not work. */
import { type Config, loadConfig } from '../config.ts';
import { type Database, openDatabase } from '../db/database.ts';
import { isDatabaseUnavailable } from '../db/faults.ts';
import { migrationState } from '../db/migrate.ts';
import { endsStart, misconfiguration } from '../db/misconfiguration.ts';
import { AppError } from '../errors.ts';
import { SetupFault } from '../setup-fault.ts';
import type { Asked } from './chore.ts';

/** The database cannot be used. Its message is for whoever asked, and has no password in it. */
class DatabaseTrouble extends Error {
  /** @param cause what the driver threw */
  constructor(cause: unknown) {
    const { code, message } = cause as { code?: string; message: string };
    const down = `The database cannot be used (${code ?? message}). Look at DATABASE_URL, and whether it is running.`;
    super(endsStart(cause) ?? down, { cause });
    this.name = 'DatabaseTrouble';
  }
}

type Options = { makes?: boolean; tell?: (error: Error) => void };

/**
 * Reads the settings, opens the database without contacting it, works, and closes it. Settings or a database that
 * cannot be used, and a refusal, end the work with a sentence on standard error.
 *
 * @param options.makes false for work that only looks: no file and no directory is made that is not there
 * @param options.tell what ends the work, in place of standard error
 * @returns what the work answers, the exit code; 1 when it ended so
 * @throws what the work throws otherwise
 */
export async function withDatabase(
  { environment, streams }: Asked,
  work: (db: Database, config: Config) => Promise<number>,
  { makes = true, tell = (error) => void streams.stderr.write(`${error.message}\n`) }: Options = {},
): Promise<number> {
  try {
    const config = loadConfig(environment, makes);
    const db = openDatabase(config.databaseUrl, config.root, makes);
    try {
      return await work(db, config);
    } finally {
      await db.destroy();
    }
  } catch (error) {
    const isTrouble = isDatabaseUnavailable(error) || misconfiguration(error) !== null;
    const known = isTold(error) ? error : isTrouble ? new DatabaseTrouble(error) : null;
    if (!known) throw error;
    tell(known);
    return 1;
  }
}

/** Whether its message is a sentence for whoever asked. */
function isTold(error: unknown): error is Error {
  return error instanceof DatabaseTrouble || error instanceof SetupFault || error instanceof AppError;
}

/**
 * Contacts the database for the first time: whatever goes wrong then is the database's.
 *
 * @returns which migrations it has
 * @throws {DatabaseTrouble}
 */
export async function reach(db: Database): ReturnType<typeof migrationState> {
  try {
    return await migrationState(db);
  } catch (cause) {
    throw new DatabaseTrouble(cause);
  }
}
