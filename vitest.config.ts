import { defineConfig } from 'vitest/config';

const databaseSuite = ['src/**/*.test.ts', 'test/{journeys,contract,house}/**/*.test.ts'];

// Everything but the browser runs twice: whatever touches the database must hold on both of them.
export default defineConfig({
  test: {
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // Many tests wait for a deadline or a process rather than for a core.
    maxWorkers: 3,
    projects: [
      {
        extends: true,
        test: {
          name: 'sqlite',
          include: databaseSuite,
          env: { TEST_DATABASE: 'sqlite' },
          globalSetup: 'test/support/sqlite-template.ts',
        },
      },
      {
        extends: true,
        test: {
          name: 'postgres',
          include: databaseSuite,
          env: { TEST_DATABASE: 'postgres' },
          globalSetup: 'test/support/postgres-server.ts',
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          env: { TEST_DATABASE: 'sqlite' },
          globalSetup: 'test/support/sqlite-template.ts',
          fileParallelism: false,
          testTimeout: 60_000,
        },
      },
    ],
  },
});
