/** One way in remains however the deletions of several tabs, browsers and processes fall together. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createHanko } from '../../../src/passkeys/hanko.ts';
import { createKeyring } from '../../../src/passkeys/keyring.ts';
import type { Person } from '../../../src/passkeys/passkeys.ts';
import { outcomeOf, somebody, source, startPasskeys, type TestPasskeys } from '../../support/passkeys.ts';

let running: TestPasskeys;
let ada: Person;
beforeAll(async () => {
  running = await startPasskeys();
  return () => running.database.drop();
});
beforeEach(() => {
  ada = somebody();
});

const stored = async ({ id }: Person) =>
  (await running.database.db('passkey_api_credentials').where({ user_id: id }).pluck('id')).toSorted();

describe('the last two, deleted at the same moment', () => {
  it.each([1, 2, 3, 4, 5, 6])('leave at least one, whoever is quicker: try %i', async () => {
    const ids = [await running.create(ada), await running.create(ada)];
    const outcomes = await Promise.all(ids.map((id) => outcomeOf(running.remove(ada, id, false))));
    const left = await stored(ada);
    expect(left.length).toBe(2 - outcomes.filter((outcome) => outcome === 'done').length);
    expect(left.length).toBeGreaterThan(0);
    expect(outcomes.filter((outcome) => outcome !== 'done')).toEqual(left.map(() => 'last_way_in'));
    // Whoever was refused may try again, and the very last one stays.
    for (const id of left.slice(1)) expect(await outcomeOf(running.remove(ada, id, false))).toBe('done');
    expect(await stored(ada)).toHaveLength(1);
  });

  it('leave the second, when it is asked for while the first goes', async () => {
    const [first, second] = [await running.create(ada), await running.create(ada)];
    const going = held(first);
    await going.begun;
    expect(await outcomeOf(running.remove(ada, second, false))).toBe('last_way_in');
    going.goOn();
    await going.end;
    expect(await stored(ada)).toEqual([second]);
  });

  it('leave the second also when the first is gone before its record is looked at', async () => {
    const [first, second] = [await running.create(ada), await running.create(ada)];
    const going = held(first);
    await going.begun;
    const late = slow(second);
    await late.begun;
    await running.passkeys.listFor(ada.id);
    going.goOn();
    await going.end;
    late.goOn();
    expect(await late.outcome).toBe('last_way_in');
    expect(await stored(ada)).toEqual([second]);
  });

  it('leave the second also when somebody else who deletes the first is refused', async () => {
    const [first, second] = [await running.create(ada), await running.create(ada)];
    const going = held(first);
    await going.begun;
    const late = slow(second);
    await late.begun;
    expect(await outcomeOf(running.remove(ada, first, false))).toBe('last_way_in');
    late.goOn();
    expect(await late.outcome).toBe('last_way_in');
    going.goOn();
    await going.end;
    expect(await stored(ada)).toEqual([second]);
  });

  it('leave one that is as before, when both were after the same one and were refused', async () => {
    const only = await running.create(ada);
    const first = slow(only);
    await first.begun;
    const second = slow(only);
    await second.begun;
    for (const late of [first, second]) {
      late.goOn();
      expect(await late.outcome).toBe('last_way_in');
    }
    expect(await running.passkeys.isGoing(ada.id, only)).toBe(false);
    const other = await running.create(ada);
    expect(await outcomeOf(running.remove(ada, other, false))).toBe('done');
  });

  it('leave the second also when who was first at the first is refused, and the next is not', async () => {
    const [first, second] = [await running.create(ada), await running.create(ada)];
    const late = slow(first);
    await late.begun;
    const going = held(first);
    await going.begun;
    const third = slow(second);
    await third.begun;
    late.goOn();
    expect(await late.outcome).toBe('last_way_in');
    third.goOn();
    expect(await third.outcome).toBe('last_way_in');
    going.goOn();
    await going.end;
    expect(await stored(ada)).toEqual([second]);
  });

  it('do not wait for each other for ever: what began a minute ago and did not end has failed', async () => {
    const [first, second] = [await running.create(ada), await running.create(ada)];
    const attempt = await running.removals.note(ada.id, first);
    expect(await outcomeOf(running.remove(ada, second, false))).toBe('last_way_in');
    const started_at = new Date(Date.now() - 60_001).toISOString();
    await running.database.db('passkey_removals').where({ id: attempt }).update({ started_at });
    expect(await outcomeOf(running.remove(ada, second, false))).toBe('done');
    expect(await stored(ada)).toEqual([first]);
  });
});

/** A deletion that has been allowed, and waits before it is done. */
function held(id: string) {
  const [begun, goingOn] = [signal(), signal()];
  const wait = async () => {
    begun.give();
    await goingOn.given;
  };
  const end = running.passkeys.remove(ada.id, id, async () => false, wait, source);
  return { begun: begun.given, goOn: goingOn.give, end };
}

/** A deletion in another process, whose database is slow just when it looks what would be left. */
function slow(id: string) {
  const { records, removals, transport, logger } = running;
  const [begun, goingOn] = [signal(), signal()];
  const keyring = createKeyring({
    hanko: createHanko(transport, logger),
    records,
    removals: {
      ...removals,
      goingOf: async (userId) => {
        begun.give();
        await goingOn.given;
        return removals.goingOf(userId);
      },
    },
    logger,
  });
  const outcome = outcomeOf(
    keyring.remove(
      ada.id,
      id,
      async () => false,
      async () => {},
      source,
    ),
  );
  return { begun: begun.given, goOn: goingOn.give, outcome };
}

function signal() {
  let give: () => void = () => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give };
}
