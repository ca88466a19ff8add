/**
 * The shape of the settings and what is wrong with them, in sentences without values. Knows names and rules; reads no
 * environment and no file.
 */
import ipaddr from 'ipaddr.js';
import * as z from 'zod';

export type Environment = Record<string, string | undefined>;

/** What {@link parseSettings} makes of an environment. */
export type Settings = z.infer<typeof schema>;

/**
 * @param given the environment without blank values
 * @returns the settings, and every fault at once; settings are null when there are any
 */
export function parseSettings(given: Environment): { settings: Settings | null; faults: string[] } {
  const parsed = schema.safeParse(given);
  const faults = [
    ...(parsed.error?.issues.map(faultOf) ?? []),
    ...passkeyFaults(given),
    ...signUpFaults(given),
    ...productionFaults(given),
    ...databaseFaults(given),
  ];
  return { settings: parsed.success && faults.length === 0 ? parsed.data : null, faults };
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
  DATABASE_PLAINTEXT: z.enum(['refused', 'allowed']).default('refused'),
  SECRET_KEYS: commaList
    .refine(
      (keys) => keys.length > 0 && keys.every((key) => key.length >= 16),
      'must be random values of at least 16 characters (32 in production), separated by commas',
    )
    .optional(),
  PASSKEYS_TENANT_ID: z.guid({ error: 'must be the tenant UUID from Hanko' }).optional(),
  PASSKEYS_API_KEY: z.string().optional(),
  PASSKEYS_BASE_URL: z
    .string()
    .refine(isServiceUrl, 'must be an https URL (http only on this machine), without query')
    .default('https://passkeys.hanko.io'),
  PASSKEYS_AUTOMATIC_UPGRADE: z.enum(['on', 'off']).optional(),
  PASSKEY_API_PORT: port.default(8000),
  SMTP_URL: z
    .string()
    .refine(
      isMailServer,
      'must look like smtp://user:password@host:587 or smtps://…, with special characters of the user and the password as %XX',
    )
    .optional(),
  MAIL_FROM: z
    .string()
    .refine(isSender, 'must be an address, or a name and an address such as Latchkey <no-reply@example.com>')
    .optional(),
  SIGNUP: z.enum(['open', 'closed']).optional(),
  TRUST_PROXY: commaList
    .refine((items) => items.every(isNetwork), 'must be addresses or CIDR networks, separated by commas')
    .default([]),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
});

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

function signUpFaults({ SIGNUP, SMTP_URL, NODE_ENV }: Environment): string[] {
  if (SIGNUP !== 'open' || SMTP_URL || NODE_ENV !== 'production') return [];
  return ['SMTP_URL is missing: SIGNUP is open, and a new account is confirmed by mail'];
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

function databaseFaults(given: Environment): string[] {
  if (given.NODE_ENV !== 'production' || given.DATABASE_PLAINTEXT === 'allowed') return [];
  if (connectionToDatabase(given) !== 'plaintext') return [];
  return [
    'DATABASE_URL must end in ?sslmode=verify-full: the server is elsewhere, and what it is told must be encrypted (where the network already sees to that, set DATABASE_PLAINTEXT=allowed)',
  ];
}

/**
 * How the database is reached. Only `verify-full` counts as encrypted: that mode alone means, to every client, that the
 * certificate is verified and nothing is sent in the clear when the server has none.
 */
export function connectionToDatabase({
  DATABASE_URL: url = '',
  PGHOST,
}: Environment): 'this machine' | 'encrypted' | 'plaintext' {
  if (!url.startsWith('postgres')) return 'this machine';
  // As the driver reads it: a URL without a host is not one to URL, and means a socket or PGHOST.
  const text = url.replace('@/', '@localhost/');
  if (!URL.canParse(text)) return 'plaintext';
  const { hostname, searchParams } = new URL(text);
  const named = text === url ? hostname : '';
  const host = (searchParams.get('host') ?? named) || (PGHOST ?? '');
  if (host === '' || /^(\/|%2F)/i.test(host) || isLoopback(host)) return 'this machine';
  return searchParams.get('sslmode') === 'verify-full' ? 'encrypted' : 'plaintext';
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

/** Nothing else may stand in it: what it does not say must not be turned off in passing, such as certificates. */
function isMailServer(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, pathname, search, hash, username, password } = new URL(text);
  const isPlain = /^\/?$/.test(pathname) && hash === '' && ['', '?ignoreTLS=true'].includes(search);
  return /^smtps?:$/.test(protocol) && hostname !== '' && isPlain && isDecodable(username + password);
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** One address: a name must not be able to bring another one with it, or more headers. */
function isSender(text: string): boolean {
  const [, inBrackets] = /^(?:"[^"\\\p{Cc}]*" *|[^"\\<>()@,;:\p{Cc}]*)<([^<>]*)>$/u.exec(text) ?? [];
  return z.email().safeParse(inBrackets ?? text).success;
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    /^(\[::1\]|::1)$/.test(hostname) ||
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
