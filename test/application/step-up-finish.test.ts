import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Person } from '../../src/passkeys/passkeys.ts';
import type { Ticket } from '../../src/passkeys/tickets.ts';
import { type AssertionAnswer, type Authenticator, createAuthenticator } from '../support/authenticator.ts';
import { withFlags, withResponse } from '../support/credential-surgery.ts';
import {
  outcomeOf,
  relyingParty,
  somebody,
  source,
  startPasskeys,
  type TestPasskeys,
} from '../support/passkeys.ts';

const finalize = ['POST login/finalize'];
let running: TestPasskeys;
let ada: Person;
let grace: Person;
let laptop: Authenticator;
let foreign: Authenticator;
/** Of the passkeys that the two hold. */
let ids: { laptop: string; foreign: string };
let ticket: Ticket;
/** Whether a test has broken the passkey of the one before it: the next one makes another. */
let isSpent = true;
beforeAll(async () => {
  running = await startPasskeys();
  grace = somebody('grace@example.com');
  foreign = createAuthenticator();
  ids = { laptop: '', foreign: await running.create(grace, foreign) };
  // The first of all step-ups fetches the keys of the API as well.
  ({ ticket } = await running.passkeys.beginStepUp(grace, true));
  await running.passkeys.stepUp(grace, answer(foreign), [ticket], true, source);
  return () => running.database.drop();
});
beforeEach(async () => {
  if (isSpent) {
    [ada, laptop] = [somebody(), createAuthenticator()];
    ids.laptop = await running.create(ada, laptop);
    isSpent = false;
  }
  Object.assign(laptop.flags, { userPresent: true, userVerified: true });
  ({ ticket } = await running.passkeys.beginStepUp(ada, true));
  running.wire.calls.length = 0;
  running.log.length = 0;
});

/** Whatever a passkey answers to this challenge, whoever's it is. */
const answer = (by = laptop, challenge = ticket.challenge): AssertionAnswer =>
  by.get({ publicKey: { challenge, rpId: relyingParty.id } }, relyingParty.origin);
const finish = (assertion: object, { person = ada, tickets = [ticket] } = {}) =>
  outcomeOf(running.passkeys.stepUp(person, assertion, tickets, true, source));
const used = async () => (await running.database.db('used_challenges').select('challenge_hash')).length;
const nameless = (assertion: AssertionAnswer, userHandle?: null | '') =>
  withResponse(assertion, { userHandle });

describe('a step-up', () => {
  it.each<[string, (assertion: AssertionAnswer) => AssertionAnswer]>([
    ['with the user handle', (assertion) => assertion],
    ['without it, as security keys answer', (assertion) => nameless(assertion)],
    ['with a user handle of null', (assertion) => nameless(assertion, null)],
    ['with an empty user handle, as keys behind Safari answer', (assertion) => nameless(assertion, '')],
  ])('takes an own passkey %s, says what it saw, and changes nothing', async (_, change) => {
    const known = await running.records.find(ada.id, ids.laptop);
    const proof = await running.passkeys.stepUp(ada, change(answer()), [ticket], true, source);
    const backup = { backupEligible: true, backedUp: true };
    expect(proof).toMatchObject({ userId: ada.id, credentialId: ids.laptop, backup });
    expect(running.wire.calls).toEqual(finalize);
    expect(await running.records.find(ada.id, ids.laptop)).toEqual(known);
    expect(running.events()).toEqual([]);
  });

  it('uses its challenge up, whatever comes of it', async () => {
    const assertion = answer();
    const before = await used();
    expect(await finish(withResponse(assertion, { signature: 'MEQCIAAA' }))).toBe('sign_in_refused');
    expect(await used()).toBe(before + 1);
    expect(await finish(assertion)).toBe('challenge_expired');
  });
});

describe('a step-up is refused, without a call,', () => {
  const misuses: [string, { person?: Partial<Person>; ticket?: Partial<Ticket> }][] = [
    ['in another sign-in of the same person', { person: { signInId: 'another' } }],
    ['by somebody else', { person: { id: somebody().id } }],
    ['in an account whose trust has ended since', { person: { epoch: 1 } }],
    ['with the ticket of a sign-in', { ticket: { purpose: 'sign-in' } }],
    ['with the ticket of a registration', { ticket: { purpose: 'register' } }],
    ['with the ticket of an upgrade', { ticket: { purpose: 'upgrade' } }],
    ['with a ticket that ran out', { ticket: { expiresAt: Date.now() - 1 } }],
  ];

  it('for anybody and anything else than it was begun for, and its challenge stays good', async () => {
    const before = await used();
    const assertion = answer();
    for (const [what, { person, ticket: changes }] of misuses) {
      const presented = { person: { ...ada, ...person }, tickets: [{ ...ticket, ...changes }] };
      expect(await finish(assertion, presented), what).toBe('challenge_expired');
      expect([running.wire.calls, await used()], what).toEqual([[], before]);
    }
    expect(await finish(assertion)).toBe('done');
  });

  it('when the user was not verified', async () => {
    laptop.flags.userVerified = false;
    expect([await finish(answer()), running.wire.calls]).toEqual(['uv_required', []]);
  });

  it('when nobody was present', async () => {
    laptop.flags.userPresent = false;
    expect([await finish(answer()), running.wire.calls]).toEqual(['sign_in_refused', []]);
  });

  it('with an own passkey that was deleted meanwhile, and says so', async () => {
    const assertion = answer();
    isSpent = true;
    await running.remove(ada, ids.laptop);
    running.wire.calls.length = 0;
    expect([await finish(assertion), running.wire.calls]).toEqual(['credential_unknown', []]);
    expect(await running.records.find(ada.id, ids.laptop)).toBeNull();
  });

  it('with one that is not registered to its end', async () => {
    isSpent = true;
    await running.database.db('passkey_records').where({ user_id: ada.id }).update({ confirmed: false });
    expect([await finish(answer()), running.wire.calls]).toEqual(['sign_in_refused', []]);
  });

  it('with the passkey of another account that says whose it is', async () => {
    expect([await finish(answer(foreign)), running.wire.calls]).toEqual(['wrong_account', []]);
    expect(running.events()).toMatchObject([
      { event: 'step_up_refused', reason: 'wrong_account', ...source },
    ]);
  });
});

describe('a step-up is refused, after the service was asked,', () => {
  it.each<[string, (assertion: AssertionAnswer) => AssertionAnswer]>([
    ['does not say whose it is', (assertion) => nameless(assertion)],
    [
      'poses as an own one',
      (assertion) => withResponse(assertion, { userHandle: Buffer.from(ada.id).toString('base64url') }),
    ],
  ])('with the passkey of another account that %s', async (_, change) => {
    expect(await finish(change(answer(foreign)))).toBe('wrong_account');
    expect(running.wire.calls).toEqual([...finalize, `GET credentials/${ids.foreign}`]);
    expect(await running.records.find(ada.id, ids.foreign)).toBeNull();
    expect((await running.records.find(grace.id, ids.foreign))?.lastDevice).toBeNull();
  });

  it('with an own passkey that the service does not have any more, and says so', async () => {
    isSpent = true;
    await running.create(ada);
    const assertion = answer();
    await running.database.db('passkey_api_credentials').where({ id: ids.laptop }).delete();
    expect(await finish(assertion)).toBe('credential_unknown');
    expect(running.wire.calls.slice(-2)).toEqual([...finalize, `GET credentials/${ids.laptop}`]);
  });

  it('with a verification that was written in afterwards', async () => {
    laptop.flags.userVerified = false;
    const forged = withFlags(answer(), (flags) => flags | 0b100);
    expect([await finish(forged), running.wire.calls]).toEqual(['sign_in_refused', finalize]);
  });
});

it('the challenge of a step-up signs nobody in', async () => {
  const outcome = await outcomeOf(running.passkeys.identify(answer(), [ticket], async () => 0, source));
  expect([outcome, running.wire.calls]).toEqual(['challenge_expired', []]);
});
