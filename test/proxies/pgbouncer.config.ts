/** What can differ between databases, and the journeys, through a PgBouncer: run by pgbouncer.test.ts. */
import path from 'node:path';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: path.resolve(import.meta.dirname, '../..'),
  test: {
    include: ['test/databases/{accounts,db,journeys,operations,passkeys}/**/*.test.ts'],
    // It copies databases, which nobody may have open: the pooler keeps its connections.
    exclude: ['**/migrate-accounts.test.ts'],
    env: { TEST_DATABASE: 'postgres' },
    globalSetup: ['test/proxies/support/pgbouncer-server.ts'],
    setupFiles: 'test/support/no-traces.ts',
    isolate: false,
    pool: 'threads',
    maxWorkers: 3,
    testTimeout: 20_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
  },
});
