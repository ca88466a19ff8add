/**
 * Serves the passkey API alone, for an app in another process or for trying a client: `npm run passkey-api`. The only
 * file here that knows settings, logger and process.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { brand } from '../brand.ts';
import { type Config, loadConfig } from '../config.ts';
import { type Database, openDatabase } from '../db/database.ts';
import { migrate } from '../db/migrate.ts';
import { endsStart } from '../db/misconfiguration.ts';
import { tryWriting } from '../db/probe.ts';
import { sweepRateLimits } from '../db/rate-limiter.ts';
import { keepSwept, sweepInTurn } from '../db/sweep.ts';
import { createHttpServer } from '../http-server.ts';
import { limits } from '../limits.ts';
import { createLogger, type Logger, logEvent, logPasskeyApiReport } from '../logger.ts';
import { isSecret } from '../settings/secrets.ts';
import { SetupFault } from '../setup-fault.ts';
import { closeGracefully } from '../shutdown.ts';
import { keepFilesPrivate, listenOrStop, orStop, stop } from '../start.ts';
import { isBrokenConnection } from '../web/http/broken-connection.ts';
import { addressReader } from '../web/middleware/connection.ts';
import { createPasskeyApi, type PasskeyApi } from './index.ts';
import { developersConfig, keysUrl, linesForEnv } from './learners-tenant.ts';
import { overHttp } from './serve.ts';
import { createStartLimit } from './start-limit.ts';

/** Milliseconds between two tries to reach a database that is down. */
const databaseRetry = 1_000;

keepFilesPrivate();
const { origin: appOrigin } = orStop(options);
const config = orStop(() => developersConfig(loadConfig(), appOrigin));
const logger = createLogger(config.logLevel);
const db = orStop(() => openDatabase(config.databaseUrl, config.root));
const api = apiOrExit(config, db, logger);
const server = createHttpServer(logger);
closeGracefully({ server, logger, release: () => db.destroy() });
server.on('request', overHttp(api, addressReader(config.trustProxy), tellFault));

await prepare(db, logger);
const { host, passkeyApiPort: port } = config;
await listenOrStop(server, { host, port, setting: 'PASSKEY_API_PORT' });
process.stdout.write(
  `The passkey API is serving http://${host.includes(':') ? `[${host}]` : host}:${port}\n`,
);
if (appOrigin !== undefined) {
  await fetch(keysUrl(config));
  process.stdout.write(linesForEnv(config));
}
keepSwept(
  () => sweepInTurn(api.sweep, () => sweepRateLimits(db)),
  (error) => logger.warn({ err: error }, 'sweeping failed'),
);

/** @throws {SetupFault} when there are others */
function options(): { origin?: string | undefined } {
  try {
    return parseArgs({ options: { origin: { type: 'string' } } }).values;
  } catch (error) {
    throw new SetupFault((error as Error).message);
  }
}

/** Waits until the database is reached and up to date. What waiting cannot mend ends the process with a sentence. */
async function prepare(db: Database, logger: Logger): Promise<void> {
  let told = '';
  while (true) {
    try {
      await migrate(db);
      return await tryWriting(db);
    } catch (error) {
      const sentence = endsStart(error);
      if (sentence) return stop(sentence);
      if (told !== String(error)) logger.warn({ err: error }, 'the database is not available yet');
      told = String(error);
    }
    await pause(databaseRetry);
  }
}

/** Unlike the app, this process answers strangers, so it takes no tenant or key but those it was given. */
function apiOrExit(
  { passkeyTenant, rpId, origin, secretKeys }: Config,
  db: Database,
  logger: Logger,
): PasskeyApi {
  if (!passkeyTenant)
    return stop('PASSKEYS_TENANT_ID and PASSKEYS_API_KEY are missing: they say who is served.');
  const { tenantId, apiKey } = passkeyTenant;
  if (!isSecret(apiKey)) return stop('PASSKEYS_API_KEY must be a random value of at least 32 characters.');
  return createPasskeyApi({
    db,
    settings: {
      tenantId,
      apiKey,
      secretKeys,
      relyingParty: { id: rpId, name: brand.name, origins: [origin] },
    },
    onEvent: (event, facts) => logPasskeyApiReport(logger, event, facts),
    startLimit: createStartLimit({
      db,
      ofAddress: limits.anonymousStarts,
      inAll: limits.anonymousStartsInAll,
      onRefused: (address) =>
        logEvent(logger, 'rate_limited', { outcome: 'refused', reason: 'passkey-api-starts', address }),
    }),
  });
}

/** The server counts the connections that break. */
function tellFault(error: unknown): void {
  if (!isBrokenConnection(error)) logger.error({ err: error }, 'an answer could not be sent');
}
