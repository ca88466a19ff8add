/** One challenge of a second factor, answered by fifty at once in two processes: each has connections of its own. */
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { openDatabase } from '../../../src/db/database.ts';
import { createAuthenticator } from '../../support/authenticator.ts';
import {
  outcomeOf,
  relyingParty,
  somebody,
  source,
  startPasskeys,
  type TestPasskeys,
} from '../../support/passkeys.ts';

const crowd = 50;
let first: TestPasskeys;
let second: TestPasskeys;
beforeAll(async () => {
  first = await startPasskeys();
  const db = openDatabase(first.database.url, '/');
  second = await startPasskeys({ ...first.database, db });
  return async () => {
    await db.destroy();
    await first.database.drop();
  };
});
beforeEach(() => {
  for (const { wire } of [first, second]) wire.calls.length = 0;
});

const atOnce = async (work: (running: TestPasskeys) => Promise<unknown>) => {
  const attempts = Array.from({ length: crowd }, (_, at) => outcomeOf(work(at % 2 === 0 ? first : second)));
  return (await Promise.all(attempts)).toSorted();
};
const asked = (call: string) =>
  [...first.wire.calls, ...second.wire.calls].filter((made) => made === call).length;
const oneOfAll = [...Array(crowd - 1).fill('challenge_expired'), 'done'];

it('passes once as a second step, and the service is asked once', async () => {
  const [ada, key] = [somebody(), createAuthenticator()];
  await first.createSecondFactor(ada, key);
  const { options, ticket } = await first.passkeys.beginSecondFactor(ada);
  const answer = key.get(options, relyingParty.origin);
  const outcomes = await atOnce(({ passkeys }) => passkeys.secondFactor(ada, answer, [ticket], source));
  expect(outcomes).toEqual(oneOfAll);
  expect(asked('POST mfa/login/finalize')).toBe(1);
});

it('registers one key, each of them being another', async () => {
  const ada = somebody();
  const { options, ticket } = await first.passkeys.beginSecondFactorRegistration(ada, undefined, source);
  const outcomes = await atOnce(({ passkeys }) => {
    const answer = createAuthenticator().create(options, relyingParty.origin);
    return passkeys.registerSecondFactor(ada, answer, [ticket], 'Chrome on macOS', source);
  });
  expect(outcomes).toEqual(oneOfAll);
  expect(asked('POST mfa/registration/finalize')).toBe(1);
});
