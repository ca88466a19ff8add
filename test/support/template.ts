/**
 * What every test database starts from, made once for a run: the migrated schema and a signing key of the embedded
 * passkey API. Loads little, because each run of a single file waits for it.
 */

import type { TestProject } from 'vitest/node';
import { openDatabase } from '../../src/db/database.ts';
import { migrate } from '../../src/db/migrate.ts';
import { embeddedTenantId } from '../../src/passkey-api/settings.ts';
import { keepSigningKey } from './signing-key.ts';

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
    /** A pooler before it, for a run that has one. */
    pooledUrl?: string;
  }
}

/** The template's name on a PostgreSQL server. */
export const postgresTemplate = 'latchkey_template';

/** Fills an empty database, and tells the project what its signing key is had with. */
export async function fillTemplate(url: string, project: TestProject): Promise<void> {
  const db = openDatabase(url, '/');
  try {
    await migrate(db);
    project.provide('tenantId', embeddedTenantId);
    project.provide('secretKey', await keepSigningKey({ db, tenantId: embeddedTenantId }));
  } finally {
    await db.destroy();
  }
}
