/**
 * What every test database starts from, made once for a run: the migrated schema and the signing key of the embedded
 * passkey API, whose making takes longer than most tests.
 */
import { randomBytes } from 'node:crypto';
import { loadConfig } from '../../src/config.ts';
import { openDatabase } from '../../src/db/database.ts';
import { migrate } from '../../src/db/migrate.ts';
import { createLogger } from '../../src/logger.ts';
import { createSigningKeys } from '../../src/passkey-api/signing-keys.ts';
import { createPasskeyBackend } from '../../src/passkey-backend.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** What the key in the template is encrypted under. */
    secretKey: string;
    /** The template's file. */
    sqliteTemplate: string;
    /** The server that holds the template. */
    postgresUrl: string;
  }
}

/** The template's name on a PostgreSQL server. */
export const postgresTemplate = 'latchkey_template';

/**
 * Fills an empty database.
 *
 * @returns the secret that its signing key is encrypted under
 */
export async function fillTemplate(url: string): Promise<string> {
  const secretKey = randomBytes(32).toString('base64url');
  const config = loadConfig({ DATABASE_URL: url, SECRET_KEYS: secretKey });
  const db = openDatabase(url, '/');
  try {
    await migrate(db);
    const { tenantId } = createPasskeyBackend(config, db, createLogger('silent')).transport;
    await createSigningKeys({ db, tenantId }, config.secretKeys).current();
  } finally {
    await db.destroy();
  }
  return secretKey;
}
