/**
 * Serves the passkey API alone, for an app in another process or for trying a client: `npm run passkey-api`. The only
 * file here that knows settings, logger and process.
 */
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
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
import { closeGracefully } from '../shutdown.ts';
import { keepFilesPrivate, listenOrStop, orStop, stop } from '../start.ts';
import { isBrokenConnection } from '../web/http/broken-connection.ts';
import { addressReader } from '../web/middleware/connection.ts';
import { createPasskeyApi, type PasskeyApiParts } from './index.ts';
import { createLearnersApi, makeTrouble, whatToType } from './learners-api.ts';
import { developersConfig, keysUrl, linesForEnv, servedAlone, usage } from './learners-tenant.ts';
import { overHttp } from './serve.ts';
import { createStartLimit } from './start-limit.ts';
import { troubled } from './troubles.ts';

/** Milliseconds between two tries to reach a database that is down. */
const databaseRetry = 1_000;

keepFilesPrivate();
const options = orStop(() => servedAlone(process.argv.slice(2)));
if (options.help) {
  process.stdout.write(usage);
  process.exit();
}
const isForLearner = options.origin !== undefined;
const config = orStop(() => developersConfig(loadConfig(), options.origin));
const logger = createLogger(config.logLevel);
const db = orStop(() => openDatabase(config.databaseUrl, config.root));
const parts = partsOrExit(config, db, logger);
const watching = isForLearner ? await watcher(config) : undefined;
const api = watching ? createLearnersApi(parts, options, say, watching.observe) : createPasskeyApi(parts);
const server = createHttpServer(logger);
closeGracefully({ server, logger, release: () => db.destroy() });
const { listener, make } = troubled(
  overHttp(api, addressReader(config.trustProxy), tellFault, watching?.pages),
);
server.on('request', listener);

await prepare(db, logger);
const { host, passkeyApiPort: port } = config;
await listenOrStop(server, { host, port, setting: 'PASSKEY_API_PORT' });
say(`The passkey API is serving http://${host.includes(':') ? `[${host}]` : host}:${port}`);
if (isForLearner) await serveLearner();
keepSwept(
  () => sweepInTurn(api.sweep, () => sweepRateLimits(db)),
  (error) => logger.warn({ err: error }, 'sweeping failed'),
);

/** The ceremonies of the app that is developed. */
async function watcher({ root }: Config) {
  const { createCeremoniesAlone } = await import('../development/ceremonies-alone.ts');
  return createCeremoniesAlone(root);
}

function say(sentence: string): void {
  process.stdout.write(`${sentence}\n`);
}

/** What a learner is told, and may type. */
async function serveLearner(): Promise<void> {
  await fetch(keysUrl(config));
  say(linesForEnv(config));
  say(whatToType(options));
  say(
    `What your app and its browsers say to each other: ${config.passkeyTenant?.baseUrl}${watching?.address}`,
  );
  createInterface({ input: process.stdin }).on('line', (word) => say(makeTrouble(word, make)));
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
function partsOrExit(
  { passkeyTenant, rpId, origin, secretKeys }: Config,
  db: Database,
  logger: Logger,
): PasskeyApiParts {
  if (!passkeyTenant)
    return stop('PASSKEYS_TENANT_ID and PASSKEYS_API_KEY are missing: they say who is served.');
  const { tenantId, apiKey } = passkeyTenant;
  if (!isSecret(apiKey)) return stop('PASSKEYS_API_KEY must be a random value of at least 32 characters.');
  return {
    db,
    settings: {
      tenantId,
      apiKey,
      secretKeys,
      relyingParty: { id: rpId, name: options.name, origins: [origin] },
    },
    onEvent: (event, facts) => logPasskeyApiReport(logger, event, facts),
    startLimit: createStartLimit({
      db,
      ofAddress: limits.anonymousStarts,
      inAll: limits.anonymousStartsInAll,
      onRefused: (address) =>
        logEvent(logger, 'rate_limited', { outcome: 'refused', reason: 'passkey-api-starts', address }),
    }),
  };
}

/** The server counts the connections that break. */
function tellFault(error: unknown): void {
  if (!isBrokenConnection(error)) logger.error({ err: error }, 'an answer could not be sent');
}
