/**
 * All or nothing: each write of each operation is made to fail in turn, in the database itself. Then nothing has
 * happened, nothing is told, and the same works when the fault is gone. In a session that has ended it is refused.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Operations } from '../../../src/operations/operations.ts';
import { createActor } from '../../support/acting.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { everythingKept, everyWrite, type Write, withFailing } from '../../support/failing-writes.ts';
import {
  isRefusal,
  operationNames,
  operationScenarios,
  type Scenario,
  withoutSession,
} from '../../support/operation-scenarios.ts';
import { forgetEverybody } from '../../support/tables.ts';

/** What hears of something else than the session first: that it has been done. */
const spent: Partial<Record<keyof Operations, unknown>> = {
  confirmEmailChange: true,
  deletePasskey: 'not_found',
};

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

  it('happens as a whole or not at all, whichever of its writes fails, and works afterwards, but not without a session', async () => {
    const { db } = running.database;
    let act = await prepared();
    let before = await everythingKept(db);
    let failing = await everyWrite(db);
    const met: Write[] = [];
    for (;;) {
      const struck: Write[] = [];
      const logged = running.log.length;
      const acted = await withFailing(db, failing, act, (write) => struck.push(write)).then(
        (answer) => ({ answer }),
        (error: unknown) => ({ error }),
      );
      const [write] = struck;
      const which = write ? `${write.verb} ${write.table}` : 'when the faults are gone';
      if ('answer' in acted) {
        expect(isRefusal(acted.answer), which).toBe(false);
        if (!write) break;
        // It was a write after the act.
        act = await prepared();
        before = await everythingKept(db);
      } else {
        // Then all is as before, nothing is told, and the same act is tried with the next.
        expect(write, String(acted.error)).toBeDefined();
        expect(acted.error, which).toMatchObject({ message: expect.stringContaining('this write fails') });
        expect(await everythingKept(db), which).toEqual(before);
        const told = running.log.slice(logged).map((line) => JSON.parse(line));
        expect(
          told.filter(({ outcome }) => outcome && outcome !== 'refused'),
          which,
        ).toEqual([]);
      }
      if (write) met.push(write);
      failing = failing.filter((one) => one !== write);
    }
    expect(met.length).toBeGreaterThan(0);
    expect(await everythingKept(db)).not.toEqual(before);

    // Whoever is not signed in any more is refused; an account that is gone is deleted as ever.
    if (withoutSession.includes(name) || name === 'deleteAccount') return;
    await db('sessions').delete();
    const refused = await act().then(isRefusal, ({ code }) => code);
    expect(refused).toBe(spent[name] ?? 'signed_out');
  });
});
