/**
 * Latchkey as it runs in production: the built server with its embedded passkey API, https at a proxy, no mail server.
 * Accounts are written into its database before it starts, with one hash for all: how somebody got theirs is not measured.
 */
import { hashPassword } from '../../../src/accounts/password.ts';
import { createUserStore } from '../../../src/accounts/user-store.ts';
import { openDatabase } from '../../../src/db/database.ts';
import { migrate } from '../../../src/db/migrate.ts';
import { embeddedTenantId } from '../../../src/passkey-api/settings.ts';
import { paths } from '../../../src/paths.ts';
import { createAuthenticator } from '../../support/authenticator.ts';
import { built } from '../../support/built.ts';
import { keepSigningKey } from '../../support/signing-key.ts';
import { type Browser, connectTo } from './client.ts';
import { type MeasuredProcess, type Program, startMeasured } from './measured-process.ts';
import { addressOf, emailOf, type Person, password } from './people.ts';

export const origin = 'https://latchkey.example';

/** A database that is migrated, has a signing key and so many people, and how Latchkey is started on it. */
export type Prepared = { databaseUrl: string; program: Program };

export async function prepareLatchkey(
  databaseUrl: string,
  people: number,
  logLevel = 'info',
): Promise<Prepared> {
  const db = openDatabase(databaseUrl, '/');
  try {
    await migrate(db);
    const secretKey = await keepSigningKey({ db, tenantId: embeddedTenantId });
    const users = createUserStore(db);
    const passwordHash = await hashPassword(password);
    for (let n = 0; n < people; n++)
      await users.insert({ id: crypto.randomUUID(), email: emailOf(n), passwordHash, emailVerified: true });
    return { databaseUrl, program: programOn(databaseUrl, secretKey, logLevel) };
  } finally {
    await db.destroy();
  }
}

function programOn(databaseUrl: string, secretKey: string, logLevel: string): Program {
  return {
    script: built('server.js'),
    env: {
      ORIGIN: origin,
      DATABASE_URL: databaseUrl,
      SECRET_KEYS: secretKey,
      TRUST_PROXY: '127.0.0.1',
      LOG_LEVEL: logLevel,
    },
    firstPage: paths.login,
  };
}

export type Latchkey = {
  readonly server: MeasuredProcess;
  /** A guest's browser. */
  guest(n: number): Browser;
  /** Somebody who has an account; they have signed in nowhere yet. */
  person(n: number): Person;
  /** A new process in the place of this one. Who is signed in stays so. */
  restart(): Promise<void>;
  stop(): Promise<void>;
};

export async function startLatchkey({ program }: Prepared): Promise<Latchkey> {
  let server = await startMeasured(program);
  const connections = connectTo(server.url);
  const guest = (n: number) => connections.browser(addressOf(n), origin);
  return {
    get server() {
      return server;
    },
    guest,
    person: (n) => ({ email: emailOf(n), browser: guest(n), authenticator: createAuthenticator() }),
    restart: async () => {
      await server.stop();
      server = await startMeasured(program, server.port);
    },
    stop: async () => {
      await connections.close();
      await server.stop();
    },
  };
}
