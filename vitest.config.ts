import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const noTraces = 'test/support/no-traces.ts';
const sqlite = {
  env: { TEST_DATABASE: 'sqlite' },
  globalSetup: ['test/support/sqlite-template.ts'],
  // Node itself imports what test/support/fork.ts has bundled.
  server: { deps: { external: [/\/bundled\/[^/]+\.js$/] } },
};
const postgres = { env: { TEST_DATABASE: 'postgres' }, globalSetup: ['test/support/postgres-server.ts'] };
const onceOnSqlite = ['test/{application,contract}/**/*.test.ts', 'test/processes/*.test.ts'];
const onBoth = ['test/{databases,processes/databases}/**/*.test.ts'];

/**
 * Workers fill all cores by themselves: threads that collect garbage beside them would only compete with them. With
 * more room for young objects most are dead before they are looked at.
 */
const collectingLess = ['--single-threaded-gc', '--min-semi-space-size=32', '--max-semi-space-size=64'];

const browser = {
  ...sqlite,
  testTimeout: 60_000,
  setupFiles: ['test/browser/support/setup.ts', noTraces],
};

/** The app of a step waits for deadlines while it is attacked: meanwhile that of another step is (test/guide/steps.test.ts). */
const pairs = { maxConcurrency: 2, testTimeout: 120_000 };

/** TEST_SEED=N runs the files of each project in a random order, the same for the same number. */
const seed = Number(process.env.TEST_SEED ?? 0);

/** Files that wait much or walk far. Begun last, one of them would run alone at the end; a first run knows no times. */
const long =
  /\/(database-faults|thief|shutdown|starts|restarts|database-away|mail-outage|account-forms|accessibility-account|account-life|second-step)\.test\.ts$/;

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [true, false].flatMap((first) => sorted.filter(({ moduleId }) => long.test(moduleId) === first));
  }
}

/**
 * Each project is what its files need, and the place of a file says which that is; test/house/places.test.ts enforces it.
 * They run one after the other: files of a project share a worker, and with it what they import. As that takes seconds
 * for each worker, places that need the same are one project.
 */
export default defineConfig({
  test: {
    // Many tests wait for a deadline, a process or a browser rather than for a core.
    maxWorkers: 3,
    // Each project would transform all files anew: with what another one has left, a worker costs four seconds less.
    experimental: { fsModuleCache: true },
    // Only here: on the command line it would take the place of every project's own.
    sequence: seed ? { shuffle: { files: true, tests: false }, seed } : { sequencer: LongFirst },
    projects: [
      project('units', 1, ['{src,test/house}/**/*.test.ts'], {}),
      project('sqlite', 2, [...onceOnSqlite, ...onBoth], sqlite),
      project('postgres', 3, onBoth, postgres),
      project('guide', 2, ['test/guide/**/*.test.ts'], { ...sqlite, ...pairs }),
      project('browser', 4, ['test/browser/**/*.test.ts'], browser),
    ],
  },
});

/**
 * Says nothing of workers, so that --maxWorkers is heard. They are processes: V8 takes its options from a process, and
 * Playwright ends its browsers, and removes their files, when one ends.
 */
function project(name: string, groupOrder: number, include: string[], needs: object) {
  const shared = { isolate: false, pool: 'forks', execArgv: collectingLess, setupFiles: noTraces } as const;
  const patience = { testTimeout: 20_000, hookTimeout: 60_000, expect: { poll: { timeout: 10_000 } } };
  // One after the other, as they are listed: no-traces.ts has to come last.
  const sequence = { groupOrder, setupFiles: 'list' } as const;
  return { test: { name, include, sequence, ...shared, ...patience, ...needs } };
}
