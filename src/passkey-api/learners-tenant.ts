/**
 * The API served alone for an app that is being developed: `npm run passkey-api -- --origin http://localhost:4000`. Must not
 * know which app that is.
 */
import { createHmac } from 'node:crypto';
import { isIP } from 'node:net';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { brand } from '../brand.ts';
import type { Config } from '../config.ts';
import { SetupFault } from '../setup-fault.ts';

/**
 * The same at each start and different on each machine, so that nothing has to be kept: what an app has in its settings
 * goes on working.
 *
 * @param secretKeys of development; the tenant changes with the first
 */
export function learnersTenant([secret = '']: readonly string[]): { tenantId: string; apiKey: string } {
  const derived = (what: string) => createHmac('sha512', secret).update(`passkey API, ${what}`).digest();
  const hex = derived('tenant').toString('hex');
  // RFC 9562, section 5.8: a UUID of one's own making.
  const tenantId = hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-a$4-$5');
  return { tenantId, apiKey: derived('key').toString('base64url') };
}

/**
 * A file of its own beside the database of the settings, which may be an application's in use: what somebody tries out
 * neither fills nor migrates that one.
 */
export function learnersDatabase(databaseUrl: string): string {
  const [, file] = /^sqlite:(.+)$/.exec(databaseUrl) ?? [];
  return `sqlite:${path.join(file ? path.dirname(file) : 'data', 'learning.sqlite')}`;
}

export const usage = `npm run passkey-api                                    serves the tenant of the settings
npm run passkey-api -- --origin http://localhost:4000  serves an app that you develop, at this address, with
  --name "Your app"                                      what browsers call it in their dialogs
  --like-hanko                                           as careless as a Hanko server may be
`;

/** What `npm run passkey-api` takes. */
export type ServedAlone = {
  /** Of the app that is developed; undefined when the settings say it. */
  origin: string | undefined;
  /** What the app is called in the dialogs of browsers. */
  name: string;
  /** Whether it is to behave as a Hanko server may. */
  likeHanko: boolean;
  /** Whether only the usage was asked for. */
  help: boolean;
};

/**
 * @param words behind the command
 * @throws {SetupFault} for others, and for what only goes with an origin
 */
export function servedAlone(words: string[]): ServedAlone {
  const { origin, name, 'like-hanko': likeHanko, help } = understood(words);
  if (origin === undefined && (name !== undefined || likeHanko))
    throw new SetupFault('--name and --like-hanko are for development: they go with --origin.');
  if (name?.trim() === '') throw new SetupFault('--name takes what people call your app.');
  return { origin, name: name ?? (origin === undefined ? brand.name : 'Your app'), likeHanko, help };
}

function understood(words: string[]) {
  const options = {
    origin: { type: 'string' },
    name: { type: 'string' },
    'like-hanko': { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  try {
    return parseArgs({ args: words, options }).values;
  } catch (error) {
    throw new SetupFault(`${(error as Error).message}\n\n${usage.trimEnd()}`);
  }
}

/**
 * The settings for an app at another origin, with the tenant and the database that are made for it; as they are when no
 * origin was given.
 *
 * @throws {SetupFault} in production, and for what is no origin
 */
export function developersConfig(config: Config, given: string | undefined): Config {
  if (given === undefined) return config;
  if (config.production) throw new SetupFault('--origin is for development: in production, ORIGIN says it.');
  const { origin, hostname } = URL.canParse(given) ? new URL(given) : { origin: '', hostname: '' };
  if (!/^https?:\/\/[\w.:[\]-]+$/.test(origin))
    throw new SetupFault('--origin takes the address of your app, such as http://localhost:4000.');
  const refused = addressRefused(given);
  if (refused !== null) throw new SetupFault(refused);
  const passkeyTenant = { baseUrl: baseUrlOf(config), ...learnersTenant(config.secretKeys) };
  const databaseUrl = learnersDatabase(config.databaseUrl);
  return { ...config, databaseUrl, origin, rpId: hostname, passkeyTenant };
}

/**
 * Browsers take a host for a relying party, and no IP address (WebAuthn section 5.1.3, "effective domain").
 *
 * @param address a URL
 * @returns what to do instead, or null where passkeys can work
 */
export function addressRefused(address: string): string | null {
  const { protocol, hostname, port } = new URL(address);
  if (isIP(hostname.replace(/^\[(.*)\]$/, '$1')) === 0) return null;
  return `Passkeys do not work at an IP address; open your app at ${protocol}//localhost${port && `:${port}`}.`;
}

const baseUrlOf = ({ passkeyApiPort }: Config) => `http://localhost:${passkeyApiPort}`;

/** Asked once at the start: a new tenant makes its signing key then, which takes longer than an app waits for a token. */
export function keysUrl({ passkeyTenant, host, passkeyApiPort }: Config): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return `http://${name}:${passkeyApiPort}/${passkeyTenant?.tenantId}/.well-known/jwks.json`;
}

/** What to do with it, and what the app puts into its own `.env`. */
export function linesForEnv({ origin, passkeyTenant }: Config): string {
  return `It expects passkeys of ${origin}. Put these lines into the .env of your app:

PASSKEYS_BASE_URL=${passkeyTenant?.baseUrl}
PASSKEYS_TENANT_ID=${passkeyTenant?.tenantId}
PASSKEYS_API_KEY=${passkeyTenant?.apiKey}
`;
}
