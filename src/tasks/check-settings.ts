/** What the doctor can tell from the settings alone: the origin, the secret keys, and the way to the database. */
import { isIP } from 'node:net';
import type { Config } from '../config.ts';
import { isThisMachine, withoutBrackets } from '../settings/hosts.ts';
import { isSecret } from '../settings/secrets.ts';
import { type Finding, findingsAbout } from './finding.ts';

type Settings = Pick<Config, 'origin' | 'rpId' | 'secure' | 'production'>;

/** Whether browsers have passkeys at the address that people see (WebAuthn, section 5.1.3: a secure context and a domain). */
export function checkOrigin({ origin, rpId, secure, production }: Settings): Finding {
  const { ok, warning, fault } = findingsAbout('origin');
  if (isIP(withoutBrackets(rpId)))
    return fault(
      `${origin} has no name, and passkeys belong to a name. Set ORIGIN to one with a name, such as ${nameInstead(origin)}.`,
    );
  if (secure) return ok(`${origin}; passkeys belong to ${rpId}`);
  if (!isThisMachine(rpId))
    return fault(`${origin} is not https: browsers have no passkeys there. Set ORIGIN to an https address.`);
  const sentence = `${origin}; passkeys belong to ${rpId}, on this machine only`;
  return production ? warning(`${sentence}. Set ORIGIN to the https address that people see.`) : ok(sentence);
}

/** The same place by a name: this machine's own, or an example. */
function nameInstead(origin: string): string {
  const url = new URL(origin);
  if (!isThisMachine(url.hostname)) return 'https://app.example.com';
  url.hostname = 'localhost';
  return url.origin;
}

/** Whether anybody is believed who says that a request came over https; this process itself speaks http alone. */
export function checkProxy({ secure, trustProxy }: Pick<Config, 'secure' | 'trustProxy'>): Finding {
  const { ok, fault } = findingsAbout('proxy');
  if (!secure) return ok('none is needed with an http origin');
  if (trustProxy.length > 0) return ok(`believed when it comes from ${trustProxy.join(', ')}`);
  return fault(
    'ORIGIN is https and TRUST_PROXY names no proxy, so no page is shown. Set TRUST_PROXY to the address of the proxy that ends TLS.',
  );
}

/** Which settings are in force: chores that are called without those of the server work on another database. */
export function checkMode({
  production,
  development,
  databaseUrl,
}: Pick<Config, 'production' | 'development' | 'databaseUrl'>): Finding {
  const mode = production ? 'production' : development ? 'development' : 'test';
  return findingsAbout('mode').ok(`${mode}, on ${placeOf(databaseUrl)}`);
}

/** Without user, password and parameters. */
function placeOf(databaseUrl: string): string {
  if (databaseUrl.startsWith('sqlite:')) return `SQLite, ${databaseUrl.slice('sqlite:'.length)}`;
  const [, place = ''] = /^\w+:\/\/(?:[^@/]*@)?([^?]*)/.exec(databaseUrl) ?? [];
  return `PostgreSQL, ${place}`;
}

/** Tells how many there are, and nothing of what they are. */
export function checkSecrets({ secretKeys }: Pick<Config, 'secretKeys'>): Finding {
  const { ok, warning } = findingsAbout('secret keys');
  if (secretKeys.length === 0)
    return ok('none yet: the first start makes one, and keeps it in data/secret-keys');
  const count = secretKeys.length === 1 ? 'one' : `${secretKeys.length}`;
  if (secretKeys.every(isSecret)) return ok(`${count}, long enough for production`);
  return warning(
    `${count}, not all of them fit for production. Make one with: openssl rand -base64 32, and set SECRET_KEYS.`,
  );
}

/** Whether what is told to the database can be read or changed on its way. */
export function checkDatabaseConnection({ databaseConnection }: Pick<Config, 'databaseConnection'>): Finding {
  const { ok, warning } = findingsAbout('way to the database');
  if (databaseConnection === 'this machine') return ok('does not leave this machine');
  if (databaseConnection === 'encrypted') return ok('encrypted, and the certificate is verified');
  return warning(
    'not encrypted: whoever is on the network reads and changes everything. Add ?sslmode=verify-full to DATABASE_URL.',
  );
}
