/**
 * The shape of the settings and what is wrong with them, in sentences without values. Knows names and rules; reads no
 * environment and no file.
 */
import * as z from 'zod';
import { emailAddress } from './accounts/email-address.ts';
import { brand } from './brand.ts';
import { connectionToDatabase, parseDatabaseUrl } from './settings/database-url.ts';
import { isPublic, isThisMachine } from './settings/hosts.ts';
import { parseHost, parsePort } from './settings/listening.ts';
import { parseMailUrl } from './settings/mail-url.ts';
import { misspelt } from './settings/names.ts';
import { parseNetworks } from './settings/networks.ts';
import { isSecret, parseApiKey, parseMetricsToken, parseSecretKeys } from './settings/secrets.ts';
import { isQuoted, oneOf, setting } from './settings/setting.ts';
import { parseOrigin, parseServiceUrl } from './settings/web-addresses.ts';

export type Environment = Record<string, string | undefined>;

/** What {@link parseSettings} makes of an environment. */
export type Settings = z.infer<typeof schema>;

/** The settings that can be used, each for itself. */
type Readable = Partial<Settings>;

/**
 * Each setting is read for itself, and what they say together is judged by the values that were read.
 *
 * @param given the environment without blank values
 * @returns the settings, and every fault at once; settings are null when there are any
 */
export function parseSettings(given: Environment): { settings: Settings | null; faults: string[] } {
  const readable: Readable = {};
  const faults = misspelt(Object.keys(given), Object.keys(schema.shape));
  for (const [name, shape] of Object.entries(schema.shape)) {
    const text = given[name];
    const { success, data, error } = shape.safeParse(text);
    if (text !== undefined && isQuoted(text)) faults.push(`${name} is in quotes: write it without them`);
    else if (success) Object.assign(readable, { [name]: data });
    else faults.push(...error.issues.map((issue) => faultOf(name, issue)));
  }
  faults.push(
    ...passkeyFaults(given),
    ...signUpFaults(readable, given),
    ...developmentFaults(readable),
    ...productionFaults(readable, given),
    ...databaseFaults(readable, given),
  );
  return { settings: faults.length === 0 ? (readable as Settings) : null, faults };
}

const schema = z.object({
  NODE_ENV: oneOf(['development', 'production', 'test']).default('development'),
  HOST: setting(parseHost).default('127.0.0.1'),
  PORT: setting(parsePort).default(3000),
  ORIGIN: setting(parseOrigin).optional(),
  DATABASE_URL: setting(parseDatabaseUrl).default(`sqlite:data/${brand.slug}.sqlite`),
  DATABASE_PLAINTEXT: oneOf(['refused', 'allowed']).default('refused'),
  SECRET_KEYS: setting(parseSecretKeys).optional(),
  PASSKEYS_TENANT_ID: z.guid({ error: 'must be the tenant UUID from Hanko' }).toLowerCase().optional(),
  PASSKEYS_API_KEY: setting(parseApiKey).optional(),
  PASSKEYS_BASE_URL: setting(parseServiceUrl).default('https://passkeys.hanko.io'),
  PASSKEYS_AUTOMATIC_UPGRADE: oneOf(['on', 'off']).optional(),
  // Kubernetes names a service's address so, for every service that is called passkey-api, or metrics.
  PASSKEY_API_PORT: z.preprocess(unlessOfKubernetes, setting(parsePort).default(8000)),
  SMTP_URL: setting(parseMailUrl).optional(),
  MAIL_FROM: z
    .string()
    .refine(isSender, `must be an address, or a name and an address such as ${senderAt('example.com')}`)
    .optional(),
  SIGNUP: oneOf(['open', 'closed']).optional(),
  REQUIRE_SECOND_FACTOR: oneOf(['password', 'off']).default('off'),
  TRUST_PROXY: setting(parseNetworks).default([]),
  HSTS: oneOf(['this-host', 'subdomains', 'preload']).default('this-host'),
  METRICS_TOKEN: setting(parseMetricsToken).optional(),
  METRICS_PORT: z.preprocess(unlessOfKubernetes, setting(parsePort).optional()),
  LOG_LEVEL: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

/** Who mails come from where nothing else is said; a name with signs that an address has itself is quoted. */
export function senderAt(host: string): string {
  const { name } = brand;
  return `${/[^\p{L}\p{N} ]/u.test(name) ? `"${name}"` : name} <no-reply@${host}>`;
}

function unlessOfKubernetes(text: unknown): unknown {
  return /^tcp:\/\//.test(String(text)) ? undefined : text;
}

function faultOf(name: string, issue: z.core.$ZodIssue): string {
  return issue.code === 'invalid_value'
    ? `${name} must be one of ${issue.values.join(', ')}`
    : `${name} ${issue.message}`;
}

function passkeyFaults(given: Environment): string[] {
  if (given.PASSKEYS_TENANT_ID && !given.PASSKEYS_API_KEY) {
    return ['PASSKEYS_API_KEY is missing: PASSKEYS_TENANT_ID is set, and one needs the other'];
  }
  if (given.PASSKEYS_API_KEY && !given.PASSKEYS_TENANT_ID) {
    return ['PASSKEYS_TENANT_ID is missing: PASSKEYS_API_KEY is set, and one needs the other'];
  }
  return [];
}

function signUpFaults({ SIGNUP, NODE_ENV }: Readable, given: Environment): string[] {
  if (SIGNUP !== 'open' || given.SMTP_URL || NODE_ENV !== 'production') return [];
  return ['SMTP_URL is missing: SIGNUP is open, and a new account is confirmed by mail'];
}

/** Whoever meant production and is not understood must not get an account with a known password, and mails on show. */
function developmentFaults({ NODE_ENV, ORIGIN }: Readable): string[] {
  if (NODE_ENV !== 'development' || !ORIGIN) return [];
  const { protocol, hostname } = new URL(ORIGIN);
  if (isThisMachine(hostname) || (protocol === 'http:' && !isPublic(hostname))) return [];
  return [
    'NODE_ENV must be production where ORIGIN is not on this machine, behind a tunnel as well: development has an account with a known password, and shows every mail to everybody. To develop, leave ORIGIN out',
  ];
}

function productionFaults({ NODE_ENV, ORIGIN, SECRET_KEYS }: Readable, given: Environment): string[] {
  if (NODE_ENV !== 'production') return [];
  const faults = [];
  if (!given.ORIGIN) faults.push('ORIGIN is missing: production needs the address that people see');
  else if (ORIGIN?.startsWith('http:') && !isThisMachine(new URL(ORIGIN).hostname)) {
    faults.push('ORIGIN must be https in production: passkeys and Secure cookies need it');
  }
  if (!given.SECRET_KEYS) faults.push('SECRET_KEYS is missing: production makes no keys of its own');
  else if (SECRET_KEYS && !SECRET_KEYS.every(isSecret)) {
    faults.push(
      'SECRET_KEYS must be random values of at least 32 characters; make one with: openssl rand -base64 32',
    );
  }
  return faults;
}

function databaseFaults({ NODE_ENV, DATABASE_URL, DATABASE_PLAINTEXT }: Readable, { PGHOST }: Environment) {
  if (NODE_ENV !== 'production' || !DATABASE_URL || DATABASE_PLAINTEXT === 'allowed') return [];
  if (connectionToDatabase(DATABASE_URL, PGHOST) !== 'plaintext') return [];
  return [
    'DATABASE_URL must end in ?sslmode=verify-full: the server is elsewhere, and what it is told must be encrypted (where the network already sees to that, set DATABASE_PLAINTEXT=allowed)',
  ];
}

/** One address: a name must not be able to bring another one with it, or more headers. */
function isSender(text: string): boolean {
  const [, inBrackets] = /^(?:"[^"\\\p{Cc}]*" *|[^"\\<>()@,;:\p{Cc}]*)<([^<>]*)>$/u.exec(text) ?? [];
  const address = inBrackets ?? text;
  return !/\s/.test(address) && emailAddress.safeParse(address).success;
}
