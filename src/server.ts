/** The process, from settings to listening. What a request meets is in app.ts. */
import { ensureDemoAccount, refuseDemoAccount } from './accounts/demo-account.ts';
import { type App, createApp } from './app.ts';
import { brand } from './brand.ts';
import { type Config, loadConfig } from './config.ts';
import { type Database, openDatabase } from './db/database.ts';
import { migrate } from './db/migrate.ts';
import { endsStart } from './db/misconfiguration.ts';
import { tryWriting } from './db/probe.ts';
import { keepSwept, sweepInTurn } from './db/sweep.ts';
import type { LoadedTools } from './development/development-tools.ts';
import { keepHeapSmall } from './heap.ts';
import { createHttpServer } from './http-server.ts';
import { createLogger, type Logger } from './logger.ts';
import { type Mailbox, openMailbox } from './mail/mailbox.ts';
import { createMailer } from './mail/mailer.ts';
import { answerScrapes } from './metrics/endpoint.ts';
import type { Metrics } from './metrics/metrics.ts';
import { createPasskeyBackend } from './passkey-backend.ts';
import { namesThisMachine } from './settings/hosts.ts';
import { SetupFault } from './setup-fault.ts';
import { closeGracefully } from './shutdown.ts';
import { keepFilesPrivate, listenOrStop, orStop, stop } from './start.ts';
import { checkProxy } from './tasks/check-settings.ts';
import { lineOf } from './tasks/finding.ts';
import { answerUnreadable } from './web/http/unreadable-request.ts';
import { headersFor } from './web/middleware/security-headers.ts';

const mailInterval = 1_000;
const databaseRetry = 1_000;
/** Milliseconds of listening after which the start is over, also for what is loaded behind the first page. */
const settling = 1_000;

/** Where the demo account comes from. */
const atStart = { address: '', requestId: 'start', device: 'this server' };

keepFilesPrivate();
const config = orStop(loadConfig);
const metrics = config.metrics ? (await import('./metrics/metrics.ts')).createMetrics() : undefined;
const logger = createLogger(config.logLevel, undefined, metrics?.listener);
const db = orStop(() => openDatabase(config.databaseUrl, config.root));
const backend = createPasskeyBackend(config, db, logger);
const server = createHttpServer(logger);
answerUnreadable(server, headersFor(config));
const accepting = closeGracefully({ server, logger, release: () => db.destroy() });
const mailbox = orStop(() => mailboxOf(config));
let prepared = false;
/** What the start waits for. */
let away = '';
/** How to sign in where there is an account for developers; said when it can be used. */
let demoAccount = '';
/** There is no account yet: somebody sets this up, and wants to know whether all is in order. */
let isFirst = false;
const development = config.development ? await loadDevelopmentTools(config, mailbox, logger) : undefined;
const app = orStop(() =>
  createApp({
    config,
    db,
    passkeyTransport: metrics?.watched(backend.transport) ?? backend.transport,
    mailer: mailerOf(config, mailbox),
    logger,
    accepting: () => prepared && accepting(),
    development,
    metrics,
  }),
);
server.on('request', app.koa.callback());

prepared = await prepare(config, db, app, logger);
await listenOrStop(server, { host: config.host, port: config.port, setting: 'PORT' });
if (metrics && config.metrics?.port) await serveMetrics(metrics, config.metrics.port);
say(`${brand.name} is serving ${config.origin}${config.production ? '' : ', and is not in production'}`);
if (development) say(development.whereToLook(config.origin));
const proxy = checkProxy(config);
// All findings come at the first start, this one among them.
if (proxy.state === 'fault' && !isBeingSetUp()) say(lineOf(proxy));
while (!prepared) prepared = await prepareLater();
if (demoAccount) say(demoAccount);
if (isBeingSetUp()) void tellFindings();
// The embedded API makes its signing key when it is first asked: better now than for the first person.
void app.passkeys.isAvailable();
setTimeout(keepHeapSmall, settling).unref();
keepSwept(
  () => sweepInTurn(backend.sweep, app.sweep),
  (error) => logger.warn({ err: error }, 'sweeping failed'),
);
// Apart from requests, so that the time of an answer does not tell whether there is a mail to send.
setInterval(() => void app.deliverMail(), mailInterval).unref();

/**
 * Brings the database up to date.
 *
 * @returns false when it is only down: that delays readiness, not the process. What waiting cannot mend ends the process with a
 *   sentence, now or while it waits.
 */
async function prepare(config: Config, db: Database, app: App, logger: Logger): Promise<boolean> {
  try {
    await migrate(db);
    await tryWriting(db);
    isFirst = await app.accounts.isEmpty();
    if (!config.demoAccount) await refuseDemoAccount(app.accounts);
    else await offerDemoAccount(app);
    return true;
  } catch (error) {
    const sentence = error instanceof SetupFault ? error.message : endsStart(error);
    if (sentence) return stop(sentence);
    if (away !== String(error)) logger.warn({ err: error }, 'the database is not available yet');
    away = String(error);
    return false;
  }
}

async function offerDemoAccount({ accounts, operations }: App): Promise<void> {
  const demo = await ensureDemoAccount(accounts, (account) => operations.createAccount(account, atStart));
  if (demo) demoAccount = `Demo account: ${demo.email} / ${demo.password}`;
}

function isBeingSetUp(): boolean {
  return config.production && isFirst;
}

/** What the doctor finds, beside whoever is served meanwhile; whatever happens to it is no reason to end. */
async function tellFindings(): Promise<void> {
  try {
    const { findings } = await import('./tasks/doctor.ts');
    for await (const finding of findings(db, config)) {
      if (!accepting()) return;
      say(lineOf(finding));
    }
  } catch (error) {
    logger.warn({ err: error }, 'the doctor could not look at everything');
  }
}

/** Where mails are kept instead of being sent; null where they are sent, or there are none. */
function mailboxOf({ mail }: Config): Mailbox | null {
  return mail && 'mailbox' in mail ? openMailbox(mail.mailbox) : null;
}

/** Null where no mail is sent. */
function mailerOf({ mail, rpId }: Config, mailbox: Mailbox | null) {
  if (!mail) return null;
  if ('smtpUrl' in mail) return createMailer({ from: mail.from, host: rpId, smtpUrl: mail.smtpUrl });
  return mailbox && createMailer({ from: mail.from, host: rpId, mailbox });
}

/** A bundle of its own, which a build for production leaves out: then a start in development goes on without it. */
async function loadDevelopmentTools(
  { root, origin }: Config,
  mailbox: Mailbox | null,
  logger: Logger,
): Promise<LoadedTools | undefined> {
  try {
    const { createDevelopmentTools } = await import('./development/development-tools.ts');
    return createDevelopmentTools({ root, mailbox, origin });
  } catch (error) {
    logger.warn({ err: error }, 'the tools for developers could not be loaded');
    return undefined;
  }
}

/** On this machine alone: who asks there is asked for nothing. */
async function serveMetrics(metrics: Metrics, port: number): Promise<void> {
  const own = createHttpServer(logger);
  own.on('request', answerScrapes(metrics, headersFor(config), namesThisMachine));
  await listenOrStop(own, { host: '127.0.0.1', port, setting: 'METRICS_PORT' });
}

async function prepareLater(): Promise<boolean> {
  await new Promise((resolve) => setTimeout(resolve, databaseRetry));
  return prepare(config, db, app, logger);
}

function say(sentence: string): void {
  process.stdout.write(`${sentence}\n`);
}
