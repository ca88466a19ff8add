/** Looks whether everything is set up that the application needs, and says what to do where it is not. Changes nothing. */
import { setTimeout } from 'node:timers/promises';
import { type Config, configOrExit } from '../config.ts';
import { type Database, openDatabase } from '../db/database.ts';
import { migrationState } from '../db/migrate.ts';
import { createLogger } from '../logger.ts';
import { createMailer } from '../mail/mailer.ts';
import { createOutbox } from '../mail/outbox.ts';
import { createPasskeyBackend } from '../passkey-backend.ts';
import { createHanko, type Hanko } from '../passkeys/hanko.ts';

type Finding = { state: 'ok' | 'warning' | 'fault'; sentence: string };

const ok = (sentence: string): Finding => ({ state: 'ok', sentence });
const warning = (sentence: string): Finding => ({ state: 'warning', sentence });
const fault = (sentence: string): Finding => ({ state: 'fault', sentence });

/** Prints one line for each finding. @returns 1 when something does not work, else 0 */
export async function examine(): Promise<number> {
  const config = configOrExit();
  const db = openDatabase(config.databaseUrl, config.root);
  const checks: Record<string, () => Promise<Finding[]>> = {
    origin: async () => [origin(config), secrets(config)],
    database: () => database(db),
    'passkey API': () => passkeyApi(config, db),
    mail: () => mail(config, db),
  };
  try {
    let faults = 0;
    for (const [what, check] of Object.entries(checks)) {
      for (const { state, sentence } of await safely(check)) {
        process.stdout.write(`${state.padEnd(8)} ${what}: ${sentence}\n`);
        if (state === 'fault') faults++;
      }
    }
    return faults > 0 ? 1 : 0;
  } finally {
    await db.destroy();
  }
}

/** What a check did not foresee is a fault, without the details that a driver hangs on it. */
async function safely(check: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await check();
  } catch (error) {
    const { code } = error as { code?: string };
    return [fault(`could not be looked at${code ? ` (${code})` : ''}`)];
  }
}

function origin({ origin, rpId, secure }: Config): Finding {
  if (secure) return ok(`${origin}; passkeys belong to ${rpId}`);
  const isHere = rpId === 'localhost' || rpId.endsWith('.localhost');
  if (isHere) return ok(`${origin}; passkeys belong to ${rpId}, on this machine only`);
  return fault(`${origin} is not https: browsers have no passkeys there. Set ORIGIN to an https address.`);
}

function secrets({ secretKeys, production }: Config): Finding {
  const count = secretKeys.length === 1 ? 'one secret key' : `${secretKeys.length} secret keys`;
  return production ? ok(count) : warning(`${count} made for development. Set SECRET_KEYS in production.`);
}

async function database(db: Database): Promise<Finding[]> {
  try {
    const { pending } = await migrationState(db);
    if (pending.length === 0) return [ok('reached, and up to date')];
    return [fault(`${pending.length} migrations are pending. Run npm run db:migrate, or start the server.`)];
  } catch (error) {
    const { code } = error as { code?: string };
    return [
      fault(`cannot be reached (${code ?? 'no code'}). Look at DATABASE_URL, and whether it is running.`),
    ];
  }
}

async function passkeyApi(config: Config, db: Database): Promise<Finding[]> {
  const logger = createLogger('silent');
  const { transport } = createPasskeyBackend(config, db, logger);
  const hanko = createHanko(transport, logger);
  const where = config.passkeyTenant
    ? `the tenant at ${new URL(config.passkeyTenant.baseUrl).host}`
    : 'the embedded API';
  if (!(await answers(hanko)))
    return [fault(`${where} does not answer. Look at PASSKEYS_BASE_URL and PASSKEYS_TENANT_ID.`)];
  try {
    await hanko.list('00000000-0000-4000-8000-000000000000');
  } catch {
    return [fault(`${where} answers, but refuses us. Look at PASSKEYS_API_KEY.`)];
  }
  const { rpId } = await hanko.beginSignIn();
  if (rpId !== config.rpId)
    return [
      fault(`${where} makes passkeys for ${rpId}, and ORIGIN has ${config.rpId}. They must be the same.`),
    ];
  if (!Number.isFinite(transport.clockOffset()))
    return [fault(`the clock of ${where} is more than a minute off ours`)];
  return [ok(`${where} answers, for ${rpId}`)];
}

/** The embedded API makes its signing key when it is first asked, which takes a while. */
async function answers(hanko: Hanko): Promise<boolean> {
  for (let tries = 0; tries < 5; tries++) {
    if (await hanko.isAvailable()) return true;
    await setTimeout(1_000);
  }
  return false;
}

async function mail(config: Config, db: Database): Promise<Finding[]> {
  const { mail, rpId } = config;
  if (!mail)
    return [warning('none is sent: nobody can sign up or reset a password by themselves. Set SMTP_URL.')];
  if ('mailbox' in mail) return [ok('kept in data/mail and shown at /dev/mailbox, as this is development')];
  const { count, oldest } = await createOutbox(db).waiting();
  const waits =
    count === 0 ? [] : [warning(`${count} letters wait, the oldest since ${oldest?.toISOString()}`)];
  try {
    await createMailer({ from: mail.from, host: rpId, smtpUrl: mail.smtpUrl }).check();
    return [ok(`${new URL(mail.smtpUrl).host} answers`), ...waits];
  } catch (error) {
    return [fault(`${(error as Error).message}. Look at SMTP_URL.`), ...waits];
  }
}
