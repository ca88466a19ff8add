/** The tests of stores and operations, with one file of the sources exchanged: the one that knows the driver. */
import path from 'node:path';
import { defineConfig, type Plugin } from 'vitest/config';

/** Wherever src/db/sqlite-client.ts is imported, test/driver/sqlite-client.ts is meant. */
const otherDriver: Plugin = {
  name: 'other-driver',
  enforce: 'pre',
  resolveId: (source, importer) =>
    source.endsWith('/sqlite-client.ts') && importer?.includes('/src/db/')
      ? path.join(import.meta.dirname, 'sqlite-client.ts')
      : undefined,
};

export default defineConfig({
  root: path.resolve(import.meta.dirname, '../..'),
  plugins: [otherDriver],
  test: {
    include: [
      'test/databases/{accounts,passkeys,mail}/**/*{store,outbox,accounts,settings,deletions}.test.ts',
      // Not what lets two connections of one process wait for each other: with a driver that blocks, neither goes on.
      'test/databases/db/rate-limiter.test.ts',
      'test/databases/operations/operation.test.ts',
    ],
    env: { TEST_DATABASE: 'sqlite' },
    globalSetup: ['test/support/sqlite-template.ts'],
    setupFiles: 'test/support/no-traces.ts',
    isolate: false,
    pool: 'threads',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 60_000,
  },
});
