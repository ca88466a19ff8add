/**
 * All or nothing: each write of each operation is made to fail in turn, in the database itself. Then nothing has
 * happened, nothing is told, and the same works when the fault is gone.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Operations } from '../../../src/operations/operations.ts';
import { createActor } from '../../support/acting.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { everythingKept, type Write, withFailing, writesOf } from '../../support/failing-writes.ts';
import {
  isRefusal,
  operationNames,
  operationScenarios,
  type Scenario,
} from '../../support/operation-scenarios.ts';
import { forgetEverybody } from '../../support/tables.ts';

let running: TestApp;
let scenarios: Record<keyof Operations, Scenario>;
beforeAll(async () => {
  // Nobody listens there: letters wait, and that is all that is looked at.
  running = await startApp({ env: { SMTP_URL: 'smtp://127.0.0.1:9' } });
  scenarios = await operationScenarios(running);
});
afterAll(() => running.close());

describe.each(operationNames)('%s', (name) => {
  const prepared = async () => {
    // What others have kept would be compared each time.
    await forgetEverybody(running.database.db);
    return scenarios[name](await createActor(running));
  };

  it('happens as a whole or not at all, whichever of its writes fails, and works afterwards', async () => {
    const { db } = running.database;
    const writes = await writesOf(db, await prepared());
    expect(writes.length).toBeGreaterThan(0);
    let act = await prepared();
    let before = await everythingKept(db);
    for (const write of writes) {
      // Then all is as before, and the same act is tried with the next.
      if (await fails(act, write, before)) continue;
      act = await prepared();
      before = await everythingKept(db);
    }
    expect(isRefusal(await act()), 'when the faults are gone').toBe(false);
    expect(await everythingKept(db)).not.toEqual(before);
  });

  /** @returns whether it has failed, and all is as before; else it was a write after the act, or one without a row to change */
  async function fails(act: () => Promise<unknown>, write: Write, before: object): Promise<boolean> {
    const which = `${write.verb} ${write.table}`;
    const { db } = running.database;
    const logged = running.log.length;
    const failed = await withFailing(db, write, act).then(
      (answer) => ({ answer }),
      (error: unknown) => ({ error }),
    );
    if ('answer' in failed) {
      expect(isRefusal(failed.answer), which).toBe(false);
      return false;
    }
    expect(failed.error, which).toMatchObject({ message: expect.stringContaining('this write fails') });
    expect(await everythingKept(db), which).toEqual(before);
    const told = running.log.slice(logged).map((line) => JSON.parse(line));
    expect(
      told.filter(({ outcome }) => outcome && outcome !== 'refused'),
      which,
    ).toEqual([]);
    return true;
  }
});
