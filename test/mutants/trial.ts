/** One break: planted, tested, judged. Knows what counts as being caught. */
import type { Break } from './break.ts';
import type { Copy } from './copy.ts';
import type { Outcome, Suite } from './suite.ts';

/** `unfit`: nothing was shown, because nothing was tested, or the tests fail without the break as well. */
export type Verdict = { kind: 'caught' | 'survived' | 'unfit'; by: string };

/** A time-out proves nothing by itself: a busy machine causes it, too. */
const late = /timed out/i;

/** @returns judges one break after the other: first its tests must pass, then it is planted, and one of them must fail */
export function createTrial(copy: Copy, suite: Suite): (planted: Break) => Promise<Verdict> {
  const trusted = new Set<string>();

  /** What fails without a break says nothing about one. */
  async function control(files: readonly string[]): Promise<Verdict | null> {
    const verdict = verdictOf(await suite.run(files));
    if (verdict.kind !== 'survived') return { kind: 'unfit', by: `without the break: ${verdict.by}` };
    for (const file of files) trusted.add(file);
    return null;
  }

  const broken = (planted: Break): Promise<Outcome> =>
    copy
      .broken(planted, () => {
        suite.forget(planted.file);
        return suite.run(planted.tests);
      })
      .finally(() => suite.forget(planted.file));

  return async (planted) => {
    const unknown = planted.tests.filter((file) => !trusted.has(file));
    const fault = unknown.length > 0 ? await control(unknown) : null;
    if (fault) return fault;
    const outcome = await broken(planted);
    const isLate = outcome.failures.length > 0 && outcome.failures.every(({ message }) => late.test(message));
    return (isLate ? await control(planted.tests) : null) ?? verdictOf(outcome);
  };
}

/** Only a test that ran and failed has caught anything: of what cannot even be loaded, nothing was shown. */
function verdictOf({ passed, failures, faults }: Outcome): Verdict {
  const [telling] = failures;
  if (telling) return { kind: 'caught', by: `${telling.file}: ${telling.test}` };
  const [fault] = faults;
  if (fault !== undefined) return { kind: 'unfit', by: fault.slice(0, 500) };
  return passed > 0
    ? { kind: 'survived', by: `${passed} tests pass` }
    : { kind: 'unfit', by: 'no test was run' };
}
