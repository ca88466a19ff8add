/** Automatic upgrades: the one creation for which nobody need be there, and what must not come of that. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPasskeys, type Person } from '../../../src/passkeys/passkeys.ts';
import { createAuthenticator } from '../../support/authenticator.ts';
import {
  outcomeOf,
  relyingParty,
  somebody,
  source,
  startPasskeys,
  type TestPasskeys,
} from '../../support/passkeys.ts';
import { unattended } from '../../support/upgrade.ts';

let running: TestPasskeys;
let ada: Person;
beforeAll(async () => {
  running = await startPasskeys();
  return () => running.database.drop();
});
beforeEach(() => {
  ada = somebody('ada@example.com', randomUUID());
  running.wire.calls.length = 0;
});
afterEach(() => running.wire.mend());

const stored = async ({ id }: Person): Promise<string[]> =>
  running.database.db('passkey_api_credentials').where({ user_id: id }).pluck('id');
const careful = { automatic: true, vouched: false };

/** An upgrade that the browser has answered by itself. */
async function answered() {
  const started = await running.beginUpgrade(ada);
  const answer = unattended().create(started.options, relyingParty.origin);
  running.wire.calls.length = 0;
  return { id: answer.id, started, answer, finish: () => running.finish(ada, started, answer) };
}

describe('the start', () => {
  const begin = (until: number, passkeys = running.passkeys) =>
    outcomeOf(passkeys.beginUpgrade(ada, until, source));

  it('prefers a user who is verified, and says nothing of a place', async () => {
    const { options } = await running.beginUpgrade(ada);
    expect(options.publicKey).not.toHaveProperty('hints');
    expect(options.publicKey).toMatchObject({
      authenticatorSelection: {
        residentKey: 'required',
        requireResidentKey: true,
        userVerification: 'preferred',
      },
    });
  });

  it('is had once for each sign-in, by one of ten who try at once', async () => {
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => begin(Date.now() + 60_000)));
    expect(outcomes.toSorted()).toEqual(['done', ...Array(9).fill('upgrade_not_allowed')]);
    expect(running.wire.calls.filter((call) => call === 'POST registration/initialize')).toHaveLength(1);
  });

  it('is not to be had after the permission ran out, nor without one', async () => {
    for (const until of [Date.now(), 0]) expect(await begin(until)).toBe('upgrade_not_allowed');
    expect(running.wire.calls).toEqual([]);
    expect(await begin(Date.now() + 60_000)).toBe('done');
  });

  it('is not to be had where the back end does not take what it makes', async () => {
    const { database, transport, logger } = running;
    const other = createPasskeys({ db: database.db, transport, relyingParty, logger });
    expect([other.upgrades, await begin(Date.now() + 60_000, other)]).toEqual([false, 'upgrade_not_allowed']);
    expect(running.wire.calls).toEqual([]);
  });

  it('is given up where the service wants the user to be verified, which we do not loosen', async () => {
    running.wire.after = async ({ path }, answer) => {
      if (path !== 'registration/initialize') return answer;
      const { publicKey } = (await answer.json()) as { publicKey: object };
      const authenticatorSelection = { userVerification: 'required' };
      return new Response(JSON.stringify({ publicKey: { ...publicKey, authenticatorSelection } }));
    };
    expect(await begin(Date.now() + 60_000)).toBe('upgrade_not_allowed');
  });
});

describe('an answer for which nobody was present or verified', () => {
  it('is taken with the challenge of an upgrade, and is one that proves nothing', async () => {
    const { id, finish } = await answered();
    expect(await finish()).toMatchObject({ id, name: 'Passkey · Chrome on macOS', automatic: true });
    expect(await running.records.find(ada.id, id)).toMatchObject(careful);
    expect(await running.passkeys.listFor(ada.id)).toMatchObject([{ id, ...careful, signsInAlone: true }]);
  });

  it('is not taken with another challenge, although an upgrade is under way', async () => {
    const upgrade = await running.beginUpgrade(ada);
    const { options, ticket } = await running.begin(ada);
    const answer = unattended().create(options, relyingParty.origin);
    const tickets = [upgrade.ticket, ticket];
    running.wire.calls.length = 0;
    const finish = running.passkeys.register(ada, answer, tickets, 'Chrome on macOS', source);
    expect(await outcomeOf(finish)).toBe('registration_refused');
    expect([running.wire.calls, await running.records.listFor(ada.id)]).toEqual([[], []]);
  });

  it.each<[string, Partial<Person>]>([
    ['somebody else', { id: somebody().id }],
    ['another sign-in of the same person', { signInId: 'another' }],
    ['an account whose trust has ended since', { epoch: 1 }],
  ])('is not taken from %s', async (_, other) => {
    const { started, answer } = await answered();
    expect(await outcomeOf(running.finish({ ...ada, ...other }, started, answer))).toBe('challenge_expired');
    expect([running.wire.calls, await stored(ada)]).toEqual([[], []]);
  });
});

it('an answer for which somebody was verified proves nothing either: the ticket says what it is', async () => {
  const started = await running.beginUpgrade(ada);
  const answer = createAuthenticator().create(started.options, relyingParty.origin);
  expect((await running.finish(ada, started, answer)).automatic).toBe(true);
  expect(await running.records.find(ada.id, answer.id)).toMatchObject(careful);
});
