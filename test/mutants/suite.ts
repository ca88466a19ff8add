/** The tests of a directory, held ready to be run again and again. Knows vitest; must not know why they are run. */
import path from 'node:path';
import { createVitest } from 'vitest/node';

/** Those of all tests that a break may name (break.ts). */
const projects = ['units', 'sqlite'];

/** @property file from the directory */
type Failure = { file: string; test: string; message: string };

/**
 * @property passed how many tests did
 * @property failures of tests
 * @property faults of what is around them: a file that cannot be loaded, a hook
 */
export type Outcome = { passed: number; failures: Failure[]; faults: string[] };

export type Suite = Awaited<ReturnType<typeof openSuite>>;

/** Each run has a process of its own, so that only files count which are there by then; the template is made once. */
export async function openSuite(directory: string) {
  // Vitest looks for tests from here.
  process.chdir(directory);
  const vitest = await createVitest('test', {
    watch: false,
    project: projects,
    pool: 'forks',
    isolate: false,
    maxWorkers: 2,
    reporters: [{}],
  });
  await vitest.standalone();

  /** @param files of tests, from the directory and without ending */
  async function run(files: readonly string[]): Promise<Outcome> {
    const wanted = new Set(files.map((file) => path.join(directory, `${file}.test.ts`)));
    const chosen = (await vitest.globTestSpecifications()).filter(({ moduleId }) => wanted.has(moduleId));
    // Otherwise what came of former runs is told again.
    vitest.state.filesMap.clear();
    const { testModules, unhandledErrors } = await vitest.runTestSpecifications(chosen);
    const failures = testModules.flatMap(({ moduleId, children }) =>
      [...children.allTests('failed')].map((test) => ({
        file: path.relative(directory, moduleId),
        test: test.fullName,
        message: test.result().errors?.[0]?.stack ?? '',
      })),
    );
    const faults = testModules.flatMap((module) =>
      [module, ...module.children.allSuites()].flatMap((group) =>
        group.errors().map(({ message }) => message),
      ),
    );
    const passed = testModules.flatMap(({ children }) => [...children.allTests('passed')]).length;
    return {
      passed,
      failures,
      faults: [...faults, ...unhandledErrors.map((error) => (error as Error).message)],
    };
  }

  return {
    run,

    /** A file says something else from now on. */
    forget: (file: string): void => vitest.invalidateFile(path.join(directory, file)),

    close: (): Promise<void> => vitest.close(),
  };
}
