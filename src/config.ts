/**
 * Environment in, frozen settings out. The only reader of process.env; it opens nothing but `.env` and the file of
 * development secrets. Every fault is reported by name, all at once, and never with the value.
 */
import path from 'node:path';
import { type Environment, parseSettings, type Settings, senderAt } from './config-schema.ts';
import { connectionToDatabase } from './settings/database-url.ts';
import { developmentKeys } from './settings/development-keys.ts';
import { readEnvFile } from './settings/env-file.ts';
import { isThisMachine } from './settings/hosts.ts';
import { trimmed } from './settings/setting.ts';
import { SetupFault } from './setup-fault.ts';

/** The project directory, from the sources and from the built bundle alike: both lie one level below it. */
const projectRoot = path.resolve(import.meta.dirname, '..');

export type Config = Readonly<{
  root: string;
  production: boolean;
  /** Neither production nor a test: what only developers need is loaded. */
  development: boolean;
  /** There is an account with a password that everybody knows: for developers and tests, where nobody else comes. */
  demoAccount: boolean;
  /** Runs under `node --watch`: views are read anew for each page. */
  watching: boolean;
  host: string;
  port: number;
  /** Scheme, host and port that people see; the only origin whose requests and ceremonies are accepted. */
  origin: string;
  /** WebAuthn relying party id: the host of the origin. */
  rpId: string;
  /** The origin is https: cookies are `__Host-` and Secure, HSTS is sent. */
  secure: boolean;
  databaseUrl: string;
  /** How the database is reached; production takes plaintext only when a setting says so. */
  databaseConnection: ReturnType<typeof connectionToDatabase>;
  /** The first signs, all verify. */
  secretKeys: readonly string[];
  /** A Hanko tenant, or null for the embedded passkey API. */
  passkeyTenant: Readonly<{ baseUrl: string; tenantId: string; apiKey: string }> | null;
  /** Passkeys may be created automatically after a password sign-in: the back end takes what that makes. */
  automaticUpgrade: boolean;
  passkeyApiPort: number;
  /** How mail is sent: over SMTP, or in development into a folder. Null where it is not sent at all. */
  mail: Readonly<{ from: string } & ({ smtpUrl: string } | { mailbox: string })> | null;
  /** Whether people may sign up by themselves, as far as mail can be sent. */
  signup: boolean;
  /** Whether whoever has a passkey is asked for it after the password, whatever they have chosen. */
  requiresSecondFactor: boolean;
  /** Addresses and networks whose X-Forwarded-For and X-Forwarded-Proto are believed. */
  trustProxy: readonly string[];
  /** What browsers are told to reach over https alone: this host, all below it too, or for that also before the first visit. */
  hsts: 'this-host' | 'subdomains' | 'preload';
  /** Who may ask for metrics: whoever has the token, and whoever is on this machine at the port. Null where nobody may. */
  metrics: Readonly<{ token: string | null; port: number | null }> | null;
  logLevel: string;
}>;

/** Thrown by {@link loadConfig}; `faults` holds one sentence for each setting that is wrong. */
export class ConfigError extends SetupFault {
  constructor(readonly faults: readonly string[]) {
    super(`The settings are not usable:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/**
 * Reads the settings from the environment, after `.env` in the project directory has filled what is not set.
 *
 * @param environment defaults to process.env
 * @param makes false for whoever only looks: then a development that has no secret keys yet is left without
 * @throws {ConfigError} naming every setting that is missing or unusable
 * @throws {SetupFault} when the secret keys of development can be neither made nor read
 */
export function loadConfig(environment: Environment = environmentWithFile(), makes = true): Config {
  const given = withoutBlanks(environment);
  const { settings, faults } = parseSettings(given);
  if (!settings) throw new ConfigError(faults);
  const production = settings.NODE_ENV === 'production';
  const origin = settings.ORIGIN ?? `http://localhost:${settings.PORT}`;

  return Object.freeze({
    root: projectRoot,
    production,
    development: settings.NODE_ENV === 'development',
    demoAccount:
      settings.NODE_ENV === 'development' || (!production && isThisMachine(new URL(origin).hostname)),
    watching: environment.WATCH_REPORT_DEPENDENCIES !== undefined,
    host: settings.HOST,
    port: settings.PORT,
    origin,
    rpId: new URL(origin).hostname,
    secure: origin.startsWith('https:'),
    databaseUrl: settings.DATABASE_URL,
    databaseConnection: connectionToDatabase(settings.DATABASE_URL, given.PGHOST),
    secretKeys: Object.freeze(settings.SECRET_KEYS ?? developmentKeys(path.join(projectRoot, 'data'), makes)),
    passkeyTenant: passkeyTenant(settings),
    automaticUpgrade: automaticUpgrade(settings),
    passkeyApiPort: settings.PASSKEY_API_PORT,
    mail: mailSettings(settings, new URL(origin).hostname),
    signup: settings.SIGNUP !== 'closed',
    requiresSecondFactor: settings.REQUIRE_SECOND_FACTOR === 'password',
    trustProxy: Object.freeze(settings.TRUST_PROXY),
    hsts: settings.HSTS,
    metrics: metricsSettings(settings),
    logLevel: settings.LOG_LEVEL,
  });
}

function passkeyTenant(settings: Settings): Config['passkeyTenant'] {
  const { PASSKEYS_BASE_URL: baseUrl, PASSKEYS_TENANT_ID: tenantId, PASSKEYS_API_KEY: apiKey } = settings;
  return tenantId && apiKey ? Object.freeze({ baseUrl, tenantId, apiKey }) : null;
}

/** A Hanko server insists on user presence, which an automatic upgrade does not have; an operator may know better. */
function automaticUpgrade(settings: Settings): boolean {
  return (settings.PASSKEYS_AUTOMATIC_UPGRADE ?? (passkeyTenant(settings) ? 'off' : 'on')) === 'on';
}

/** Only developers have a folder instead of a mail server: in production nobody would look into it. */
function mailSettings({ SMTP_URL, MAIL_FROM, NODE_ENV }: Settings, host: string): Config['mail'] {
  const from = MAIL_FROM ?? senderAt(host);
  if (SMTP_URL) return Object.freeze({ from, smtpUrl: SMTP_URL });
  if (NODE_ENV !== 'development') return null;
  return Object.freeze({ from, mailbox: path.join(projectRoot, 'data/mail') });
}

function metricsSettings({ METRICS_TOKEN, METRICS_PORT }: Settings): Config['metrics'] {
  if (METRICS_TOKEN === undefined && METRICS_PORT === undefined) return null;
  return Object.freeze({ token: METRICS_TOKEN ?? null, port: METRICS_PORT ?? null });
}

/**
 * A start for tests reads no file: what a developer has there is not for them.
 *
 * @throws {ConfigError} when the file cannot be understood, since what it says may be what matters most
 */
function environmentWithFile(): Environment {
  if (trimmed(process.env.NODE_ENV ?? '').toLowerCase() === 'test') return process.env;
  const { values, faults } = readEnvFile(path.join(projectRoot, '.env'));
  const emptied = Object.keys(values).filter(
    (name) => values[name] && trimmed(process.env[name] ?? ' ') === '' && name in process.env,
  );
  for (const name of emptied)
    faults.push(`${name} is set in .env and empty in the environment, which would win: remove one of them`);
  if (faults.length > 0) throw new ConfigError(faults);
  // Into the process, for what drivers read there by themselves.
  Object.assign(process.env, { ...values, ...process.env });
  return process.env;
}

/** `NAME=` in a file or a shell means "not set", and nobody means what stands around a value and is not seen. */
function withoutBlanks(environment: Environment): Environment {
  const seen = Object.entries(environment).map(([name, value]) => [name, trimmed(value ?? '')] as const);
  return Object.fromEntries(seen.filter(([, value]) => value !== ''));
}
