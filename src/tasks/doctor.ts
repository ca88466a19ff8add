/** Looks whether everything is set up that the application needs, and says what to do where it is not. */
import type { Config } from '../config.ts';
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
import { type Finding, findingsAbout } from './finding.ts';
import { withDatabase } from './with-database.ts';

/** Prints one line for each finding. @returns 1 when something does not work, else 0 */
export function examine(asked: Asked): Promise<number> {
  const look = async (db: Database, config: Config) => {
    let faults = 0;
    for await (const { state, about, sentence } of findings(db, config)) {
      say(asked.streams, `${state.padEnd(8)} ${about}: ${sentence}`);
      if (state === 'fault') faults++;
    }
    return faults > 0 ? 1 : 0;
  };
  return withDatabase(asked, look, false);
}

async function* findings(db: Database, config: Config): AsyncGenerator<Finding> {
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
