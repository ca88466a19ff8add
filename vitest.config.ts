import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const noTraces = 'test/support/no-traces.ts';
type Needs = { setupFiles?: string[]; [option: string]: unknown };
const sqlite = {
  env: { TEST_DATABASE: 'sqlite' },
  globalSetup: ['test/support/sqlite-template.ts'],
  // What is attacked in the guide waits for deadlines: meanwhile another one is (test/guide/support/shared-process.ts).
  maxConcurrency: 2,
  // Node itself imports what test/support/fork.ts has bundled.
  server: { deps: { external: [/\/bundled\/[^/]+\.js$/] } },
};
const postgres = {
  env: { TEST_DATABASE: 'postgres' },
  globalSetup: ['test/support/postgres-server.ts'],
  // Of starts that wait for the database (test/processes/databases/starts.test.ts), two are enough to fill the waits.
  maxConcurrency: 2,
};
const onceOnSqlite = ['test/{application,contract,guide}/**/*.test.ts', 'test/processes/*.test.ts'];
const onBoth = ['test/{databases,processes/databases}/**/*.test.ts'];

/**
 * Workers fill all cores by themselves: threads that collect garbage beside them would only compete with them. With
 * more room for young objects most are dead before they are looked at.
 */
const collectingLess = ['--single-threaded-gc', '--min-semi-space-size=32', '--max-semi-space-size=64'];

const browser = {
  ...sqlite,
  testTimeout: 60_000,
  setupFiles: ['test/browser/support/setup.ts'],
};

/** Files that mostly wait. Begun last of all, one of them would run alone at the end; a first run knows no times. */
const waiting = /\/(breaks|bundles|database-faults|production|setup|shell|shutdown|starts|steps)\.test\.ts$/;

/** TEST_SEED=N runs the files of each project, and the tests of each file, in a random order, the same for the same number. */
const seed = process.env.TEST_SEED;

/**
 * One project after the other, and none waits for the last file of the one before. A worker ends where the next file is of
 * another project.
 */
class ByProject extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = seed ? atRandom(files, seed) : waitingFirst(await super.sort(files));
    return projects.flatMap(({ test: { name } }) => sorted.filter(({ project }) => project.name === name));
  }
}

function atRandom(files: TestSpecification[], seed: string): TestSpecification[] {
  const place = ({ moduleId }: TestSpecification) =>
    createHash('sha256')
      .update(seed)
      .update(path.relative(import.meta.dirname, moduleId))
      .digest('hex');
  return files.toSorted((one, other) => place(one).localeCompare(place(other)));
}

function waitingFirst(files: TestSpecification[]): TestSpecification[] {
  return [true, false].flatMap((first) => files.filter(({ moduleId }) => waiting.test(moduleId) === first));
}

/**
 * Each project is what its files need, and the place of a file says which that is; test/house/places.test.ts enforces it.
 * They come one after the other: files of a project share a worker, and with it what they import. As that takes seconds
 * for each worker, places that need the same are one project. Last come the most and shortest files, which end together.
 */
const projects = [
  project('units', ['{src,test/house}/**/*.test.ts'], {}),
  project('browser', ['test/browser/**/*.test.ts'], browser),
  project('postgres', onBoth, postgres),
  project('sqlite', [...onceOnSqlite, ...onBoth], sqlite),
];

export default defineConfig({
  test: {
    // One for each core: a third on two took a quarter more of their time, and an eighth longer. More than four are not tried.
    maxWorkers: Math.min(availableParallelism(), 4),
    // Each project would transform all files anew: with what another one has left, a worker costs four seconds less.
    experimental: { fsModuleCache: true },
    sequence: { sequencer: ByProject, ...(seed ? { seed: Number(seed) } : {}) },
    projects,
  },
});

/**
 * Says nothing of workers, so that --maxWorkers is heard. They are processes: V8 takes its options from a process, and
 * Playwright ends its browsers, and removes their files, when one ends.
 */
function project(name: string, include: string[], { setupFiles = [], ...needs }: Needs) {
  const shared = { isolate: false, pool: 'forks', execArgv: collectingLess } as const;
  const patience = { testTimeout: 20_000, hookTimeout: 60_000, expect: { poll: { timeout: 10_000 } } };
  // Setup files one after the other, as they are listed: in every project no-traces.ts comes last and looks at each file.
  const sequence = { setupFiles: 'list', shuffle: { files: false, tests: Boolean(seed) } } as const;
  const setup = { setupFiles: [...setupFiles, noTraces], sequence };
  return { test: { name, include, ...shared, ...patience, ...needs, ...setup } };
}
