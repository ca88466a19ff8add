/** Looks whether everything is set up that the application needs, and says what to do where it is not. */
import { type Config, ConfigError } from '../config.ts';
import type { Database } from '../db/database.ts';
import { checkAddress } from './check-address.ts';
import { checkDatabase, checkDemoAccount } from './check-database.ts';
import { checkMail, checkOutbox } from './check-mail.ts';
import { checkPasskeyApi } from './check-passkey-api.ts';
import { checkBuild, checkHost } from './check-server.ts';
import {
  checkDatabaseConnection,
  checkMode,
  checkOrigin,
  checkProxy,
  checkSecrets,
} from './check-settings.ts';
import { type Asked, say } from './chore.ts';
import { type Finding, findingsAbout, lineOf, worstOf } from './finding.ts';
import { withDatabase } from './with-database.ts';

/**
 * Prints one line for each finding; with --json, for programs, all of them as one JSON object when all are there.
 *
 * @returns 1 when something does not work, else 0
 */
export async function examine(asked: Asked): Promise<number> {
  const found: Finding[] = [];
  const look = async (db: Database, config: Config) => {
    for await (const finding of findings(db, config)) {
      found.push(finding);
      if (!asked.json) say(asked.streams, lineOf(finding));
    }
    return worstOf(found) === 'fault' ? 1 : 0;
  };
  if (!asked.json) return withDatabase(asked, look, { makes: false });
  const tell = (error: Error) => void found.push(...whatEndsTheStart(error));
  const code = await withDatabase(asked, look, { makes: false, tell });
  say(asked.streams, JSON.stringify({ result: worstOf(found), findings: found }));
  return code;
}

/** Settings are reported all at once, and each is a finding. */
function whatEndsTheStart(error: Error): Finding[] {
  return (error instanceof ConfigError ? error.faults : [error.message]).map(findingsAbout('start').fault);
}

/** One after the other, as they are found. Makes no file, and throws only what nobody foresaw. */
export async function* findings(db: Database, config: Config): AsyncGenerator<Finding> {
  yield checkMode(config);
  yield* checkBuild(config);
  yield* await checkHost(config);
  const origin = checkOrigin(config);
  yield origin;
  yield checkProxy(config);
  if (origin.state !== 'fault') yield await checkAddress(config);
  yield checkSecrets(config);
  yield checkDatabaseConnection(config);
  const database = await checkDatabase(db);
  yield database;
  const works = database.state === 'ok';
  if (works && !config.demoAccount) yield* await checkDemoAccount(db);
  const hasKeys = config.secretKeys.length > 0;
  if ((works && hasKeys) || config.passkeyTenant) yield* await checkPasskeyApi(config, db);
  else
    yield findingsAbout('passkey API').warning(
      'the embedded API is not looked at: it needs the database and the secret keys.',
    );
  yield await checkMail(config);
  if (works) yield await checkOutbox(db);
}
