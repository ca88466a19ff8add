import { defineConfig } from 'vitest/config';

const sqlite = { env: { TEST_DATABASE: 'sqlite' }, globalSetup: 'test/support/sqlite-template.ts' };
const postgres = { env: { TEST_DATABASE: 'postgres' }, globalSetup: 'test/support/postgres-server.ts' };
const databases = ['test/{databases,contract,processes/databases}/**/*.test.ts'];

/**
 * Each project is what its files need, and the place of a file says which that is; test/house/places.test.ts holds it.
 * They run one after the other: files of a project share a worker, and with it what they import.
 */
export default defineConfig({
  test: {
    testTimeout: 20_000,
    hookTimeout: 60_000,
    isolate: false,
    pool: 'threads',
    setupFiles: 'test/support/no-traces.ts',
    projects: [
      project('units', 1, { include: ['{src,test/house}/**/*.test.ts'] }),
      project('application', 2, { include: ['test/application/**/*.test.ts'], ...sqlite }),
      project('databases-sqlite', 3, { include: databases, ...sqlite }),
      project('databases-postgres', 4, { include: databases, ...postgres }),
      project('processes', 5, { include: ['test/processes/*.test.ts'], ...sqlite }),
      project('browser', 6, {
        include: ['test/browser/**/*.test.ts'],
        ...sqlite,
        globalSetup: ['test/support/sqlite-template.ts', 'test/support/browser-server.ts'],
        testTimeout: 60_000,
      }),
    ],
  },
});

function project(name: string, groupOrder: number, needs: object) {
  return { extends: true as const, test: { name, sequence: { groupOrder }, ...needs } };
}
