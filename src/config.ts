/**
 * Environment in, frozen settings out. The only reader of process.env; it opens nothing but the file of
 * development secrets. Every fault is reported by name, all at once, and never with the value.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';

/** The project directory, from the sources and from the built bundle alike: both lie one level below it. */
const projectRoot = path.resolve(import.meta.dirname, '..');

export type Config = Readonly<{
  root: string;
  production: boolean;
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
  /** The first signs, all verify. */
  secretKeys: readonly string[];
  /** A Hanko tenant, or null for the embedded passkey API. */
  passkeyTenant: Readonly<{ baseUrl: string; tenantId: string; apiKey: string }> | null;
  passkeyApiPort: number;
  /** Addresses and networks whose X-Forwarded-For and X-Forwarded-Proto are believed. */
  trustProxy: readonly string[];
  logLevel: string;
}>;

/** Thrown by {@link loadConfig}; `faults` holds one sentence for each setting that is wrong. */
export class ConfigError extends Error {
  constructor(readonly faults: readonly string[]) {
    super(`The settings are not usable:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

type Environment = Record<string, string | undefined>;

/**
 * Reads the settings from the environment, after `.env` in the project directory has filled what is not set.
 *
 * @param environment defaults to process.env
 * @throws {ConfigError} naming every setting that is missing or unusable
 */
export function loadConfig(environment: Environment = environmentWithFile()): Config {
  const given = withoutBlanks(environment);
  const parsed = schema.safeParse(given);
  const faults = [
    ...(parsed.error?.issues.map(faultOf) ?? []),
    ...passkeyFaults(given),
    ...productionFaults(given),
  ];
  if (!parsed.success || faults.length > 0) throw new ConfigError(faults);
  const settings = parsed.data;
  const production = settings.NODE_ENV === 'production';
  const origin = settings.ORIGIN ?? `http://localhost:${settings.PORT}`;

  return Object.freeze({
    root: projectRoot,
    production,
    watching: environment.WATCH_REPORT_DEPENDENCIES !== undefined,
    host: settings.HOST,
    port: settings.PORT,
    origin,
    rpId: new URL(origin).hostname,
    secure: origin.startsWith('https:'),
    databaseUrl: settings.DATABASE_URL,
    secretKeys: Object.freeze(settings.SECRET_KEYS ?? developmentKeys(path.join(projectRoot, 'data'))),
    passkeyTenant: passkeyTenant(settings),
    passkeyApiPort: settings.PASSKEY_API_PORT,
    trustProxy: Object.freeze(settings.TRUST_PROXY),
    logLevel: settings.LOG_LEVEL,
  });
}

const port = z.coerce.number({ error: 'must be a port number' }).int().min(1).max(65_535);

const commaList = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
);

const schema = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
  HOST: z.string().default('127.0.0.1'),
  PORT: port.default(3000),
  ORIGIN: z
    .string()
    .refine(isOrigin, 'must be a scheme, a host and perhaps a port, such as https://app.example.com')
    .transform((text) => new URL(text).origin)
    .optional(),
  DATABASE_URL: z
    .string()
    .regex(/^(sqlite:.+|postgres(ql)?:\/\/.+)$/, 'must look like sqlite:PATH or postgres://…')
    .default('sqlite:data/latchkey.sqlite'),
  SECRET_KEYS: commaList
    .refine(
      (keys) => keys.length > 0 && keys.every((key) => key.length >= 16),
      'must be random values, separated by commas',
    )
    .optional(),
  PASSKEYS_TENANT_ID: z.guid({ error: 'must be the tenant UUID from Hanko' }).optional(),
  PASSKEYS_API_KEY: z.string().optional(),
  PASSKEYS_BASE_URL: z
    .string()
    .refine(isServiceUrl, 'must be an https URL (http only on this machine), without query')
    .default('https://passkeys.hanko.io'),
  PASSKEY_API_PORT: port.default(8000),
  TRUST_PROXY: commaList
    .refine((items) => items.every(isNetwork), 'must be addresses or CIDR networks, separated by commas')
    .default([]),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

type Settings = z.infer<typeof schema>;

function faultOf(issue: z.core.$ZodIssue): string {
  const name = String(issue.path[0] ?? 'environment');
  return issue.code === 'invalid_value'
    ? `${name} must be one of ${issue.values.join(', ')}`
    : `${name} ${issue.message}`;
}

/** Faults of settings together are found in the raw text, so that they are reported with those of single settings. */
function passkeyFaults(given: Environment): string[] {
  if (given.PASSKEYS_TENANT_ID && !given.PASSKEYS_API_KEY) {
    return ['PASSKEYS_API_KEY is missing: PASSKEYS_TENANT_ID is set, and one needs the other'];
  }
  if (given.PASSKEYS_API_KEY && !given.PASSKEYS_TENANT_ID) {
    return ['PASSKEYS_TENANT_ID is missing: PASSKEYS_API_KEY is set, and one needs the other'];
  }
  return [];
}

function productionFaults({ NODE_ENV, ORIGIN, SECRET_KEYS }: Environment): string[] {
  if (NODE_ENV !== 'production') return [];
  const faults = [];
  if (!ORIGIN) faults.push('ORIGIN is missing: production needs the address that people see');
  else if (isOrigin(ORIGIN) && !ORIGIN.startsWith('https:') && !isLoopback(new URL(ORIGIN).hostname)) {
    faults.push('ORIGIN must be https in production: passkeys and Secure cookies need it');
  }
  if (!SECRET_KEYS) faults.push('SECRET_KEYS is missing: production makes no keys of its own');
  else if (!SECRET_KEYS.split(',').every((key) => isSecret(key.trim()))) {
    faults.push(
      'SECRET_KEYS must be random values of at least 32 characters; make one with: openssl rand -base64 32',
    );
  }
  return faults;
}

function passkeyTenant(settings: Settings): Config['passkeyTenant'] {
  const { PASSKEYS_BASE_URL: baseUrl, PASSKEYS_TENANT_ID: tenantId, PASSKEYS_API_KEY: apiKey } = settings;
  return tenantId && apiKey ? Object.freeze({ baseUrl, tenantId, apiKey }) : null;
}

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
}

function isServiceUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  if (url.search !== '' || url.hash !== '' || url.username !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\./.test(hostname)
  );
}

function isNetwork(text: string): boolean {
  return ipaddr.isValid(text) || ipaddr.isValidCIDR(text);
}

/** Whether a value can be a secret: long, and not what a sample file would hold. */
export function isSecret(text: string): boolean {
  return text.length >= 32 && new Set(text).size >= 8 && !/change.?me|example|sample|placeholder/i.test(text);
}

function environmentWithFile(): Environment {
  const file = path.join(projectRoot, '.env');
  if (existsSync(file)) process.loadEnvFile(file);
  return process.env;
}

/** `NAME=` in a file or a shell means "not set". */
function withoutBlanks(environment: Environment): Environment {
  return Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
}

/** Kept in a file, so that a restart in development signs nobody out. */
function developmentKeys(directory: string): string[] {
  const file = path.join(directory, 'secret-keys');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  try {
    writeFileSync(file, randomBytes(32).toString('base64url'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8').trim().split(',');
}
