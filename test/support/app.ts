/**
 * The real application for a journey: real migrations, the real SDK against the embedded passkey API, a real server
 * on a free loopback port. `fetchPasskeys` is where a test breaks the passkey service, as a network would.
 */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inject } from 'vitest';
import type { User } from '../../src/accounts/user.ts';
import { type App, createApp } from '../../src/app.ts';
import { type Config, loadConfig } from '../../src/config.ts';
import type { DevelopmentTools } from '../../src/development/development-tools.ts';
import { createHttpServer } from '../../src/http-server.ts';
import { createLogger } from '../../src/logger.ts';
import { createMailer } from '../../src/mail/mailer.ts';
import { createPasskeyBackend } from '../../src/passkey-backend.ts';
import type { PasskeyTransport } from '../../src/passkeys/hanko/transport.ts';
import { cheapHash } from './cheap-hash.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { person } from './person.ts';

export { person };

/** Where accounts come from that nobody signed up for. */
const command = { address: '', requestId: 'a command', device: 'whoever runs this site' };

export type TestApp = {
  app: App;
  config: Config;
  database: TestDatabase;
  server: Server;
  /** Where the server really listens. */
  url: string;
  /** What the application believes its address to be, and therefore the browser's origin. */
  origin: string;
  /** Every line that was logged. */
  log: string[];
  /** As an operator does on the command line. */
  createAccount(email: string, password: string): Promise<User>;
  close(): Promise<void>;
};

export type TestAppOptions = {
  /** More environment; see src/config.ts. With SMTP_URL there is mail, which a test delivers with `app.deliverMail`. */
  env?: Record<string, string>;
  /** The name that the application is known by, instead of localhost. */
  host?: string;
  /** Stands between the application and the embedded API. */
  wrapTransport?: (transport: PasskeyTransport) => PasskeyTransport;
  /** A second process on the database of a first. */
  database?: TestDatabase;
  /** What only a start in development has. */
  development?: DevelopmentTools;
};

/** Starts the application with one account, {@link person}. */
export async function startApp(options: TestAppOptions = {}): Promise<TestApp> {
  const database = options.database ?? (await createTestDatabase());
  const log: string[] = [];
  const metrics = options.env?.METRICS_TOKEN
    ? (await import('../../src/metrics/metrics.ts')).createMetrics()
    : undefined;
  const logger = createLogger('debug', { write: (line) => void log.push(line) }, metrics?.listener);
  const server = createHttpServer(logger);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const config = loadConfig({
    NODE_ENV: 'test',
    PORT: String(port),
    DATABASE_URL: database.url,
    SECRET_KEYS: options.env?.SECRET_KEYS ?? inject('secretKey'),
    ...(options.host ? { ORIGIN: `http://${options.host}:${port}` } : {}),
    ...options.env,
  });
  const { transport } = createPasskeyBackend(config, database.db, logger);
  const wrapped = options.wrapTransport?.(transport) ?? transport;
  const passkeyTransport = metrics?.watched(wrapped) ?? wrapped;
  const app = createApp({
    config,
    db: database.db,
    passkeyTransport,
    mailer: mailerOf(config),
    logger,
    development: options.development,
    metrics,
  });
  const createAccount: TestApp['createAccount'] = async (email, password) =>
    app.operations.createAccount({ email, passwordHash: await cheapHash(password) }, command);
  if (!options.database) await createAccount(person.email, person.password);
  server.on('request', app.koa.callback());

  return {
    app,
    config,
    database,
    server,
    url: `http://127.0.0.1:${port}`,
    origin: config.origin,
    log,
    createAccount,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      if (!options.database) await database.drop();
    },
  };
}

function mailerOf({ mail, rpId: host }: Config) {
  return mail && 'smtpUrl' in mail ? createMailer({ from: mail.from, host, smtpUrl: mail.smtpUrl }) : null;
}
