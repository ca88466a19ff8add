/**
 * What every test database starts from, made once for a run: the migrated schema and the signing key of the embedded
 * passkey API, whose making takes longer than most tests.
 */
import { randomBytes } from 'node:crypto';
import type { TestProject } from 'vitest/node';
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
    /** Whose key it is. */
    tenantId: string;
    /** The template's file. */
    sqliteTemplate: string;
    /** The server that holds the template. */
    postgresUrl: string;
  }
}

/** The template's name on a PostgreSQL server. */
export const postgresTemplate = 'latchkey_template';

/** Fills an empty database, and tells the project what its signing key is had with. */
export async function fillTemplate(url: string, project: TestProject): Promise<void> {
  const secretKey = randomBytes(32).toString('base64url');
  const config = loadConfig({ DATABASE_URL: url, SECRET_KEYS: secretKey });
  const db = openDatabase(url, '/');
  try {
    await migrate(db);
    const { tenantId } = createPasskeyBackend(config, db, createLogger('silent')).transport;
    await createSigningKeys({ db, tenantId }, config.secretKeys).current();
    project.provide('tenantId', tenantId);
    project.provide('secretKey', secretKey);
  } finally {
    await db.destroy();
  }
}
