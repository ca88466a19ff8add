/**
 * What two processes do to one account at the same moment, each past everything that it looks at beforehand: in whatever
 * order the two come through, nobody stays signed in, and nothing is done, that the other has ended.
 */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../../src/limits.ts';
import type { Browser } from '../../../src/operations/enter.ts';
import type { Source } from '../../../src/operations/operation.ts';
import type { Operations } from '../../../src/operations/operations.ts';
import { leavePending, openPending } from '../../../src/operations/pending-sign-in.ts';
import { type Actor, actingIn, createActor, newBrowser, password, place } from '../../support/acting.ts';
import type { TestApp } from '../../support/app.ts';
import { type Authenticator, createAuthenticator } from '../../support/authenticator.ts';
import { cheapHash } from '../../support/cheap-hash.ts';
import { heldUp } from '../../support/held-up.ts';
import { startTwice } from '../../support/two-processes.ts';

let first: TestApp;
let second: TestApp;
let hash: string;
beforeAll(async () => {
  const both = await startTwice({ env: { SMTP_URL: 'smtp://127.0.0.1:9' } });
  ({ first, second } = both);
  hash = await cheapHash('chosen-for-these-tests');
  return both.close;
});

let owner: Actor;
/** The owner's own session, from which they act. */
let here: { userId: string; signInId: string };
beforeEach(async () => {
  owner = await createActor(first);
  here = owner.requester;
});

/** What the owner does in the first process that ends trust in what was before. */
const enders: Record<string, () => Promise<() => Promise<unknown>>> = {
  'changes the password': async () => () => first.app.operations.changePassword(here, hash, place),
  'turns the second factor on': async () => {
    await owner.createPasskey();
    return () => first.app.operations.turnOnSecondFactor(here, place);
  },
  'removes the password': async () => {
    await owner.createPasskey();
    await owner.createPasskey();
    return () => first.app.operations.removePassword(here, owner.typing, place);
  },
  'resets the password': async () => {
    await first.app.operations.requestReset(owner.email, place);
    const secret = await owner.newestLink('reset-password');
    return () => first.app.operations.resetPassword(secret, hash, newBrowser, '', place);
  },
  'ends all other sessions': async () => () => first.app.operations.endOtherSessions(here, place),
  'secures the account': async () => {
    await first.app.operations.requestEmailChange(here, `other-${owner.email}`, place);
    const secret = await owner.newestLink('lockdown');
    return () => first.app.operations.secureAccount(secret, place);
  },
  'deletes the account': async () => () => first.app.operations.deleteAccount(here, owner.typing, place),
};

/** Of those who race, one keeps a session, but where nobody is to. */
const sessionsAfter = (ender: string) =>
  ['secures the account', 'deletes the account'].includes(ender) ? 0 : 1;

const sessions = () => first.database.db('sessions').where({ user_id: owner.userId });

/** What every one of them raises is the epoch, and one line of a sign-in with a passkey looks at that. */
const some = ['turns the second factor on', 'secures the account'];

const ways = ['first', 'second', 'at the same moment'] as const;

describe.each(ways)('whoever ends trust comes through %s', (way) => {
  /** @returns what became of the act; whoever ends trust comes through, unless the act has signed them out */
  async function race(end: () => Promise<unknown>, act: () => Promise<unknown>, mayBeSignedOut = false) {
    const ender = { db: first.database.db, act: end };
    const other = { db: second.database.db, act };
    const order = way === 'second' ? [other, ender] : [ender, other];
    const results = await heldUp(order, way === 'at the same moment' ? 'at once' : 'in turn');
    const [ended, acted] = way === 'second' ? [...results].reverse() : results;
    if (mayBeSignedOut && ended?.status === 'rejected')
      expect(ended.reason).toMatchObject({ code: 'signed_out' });
    else expect(ended).toMatchObject({ status: 'fulfilled' });
    return acted as PromiseSettledResult<{ session?: { data: { signInId: string } } } | null>;
  }

  it.each(way === 'at the same moment' ? some : Object.keys(enders))(
    '%s: a sign-in with the former password leaves no session',
    async (which) => {
      const end = (await enders[which]?.()) as () => Promise<unknown>;
      const form = { email: owner.email, password };
      const acted = await race(end, () => second.app.operations.signInWithPassword(form, newBrowser, place));
      await leavesNothing(which, acted);
    },
  );

  it.each(some)('%s: a sign-in with a passkey leaves no session', async (which) => {
    const authenticator = createAuthenticator();
    await owner.createPasskey(authenticator);
    const end = (await enders[which]?.()) as () => Promise<unknown>;
    const identity = await owner.identify(authenticator);
    const acted = await race(end, () =>
      second.app.operations.signInWithPasskey(identity, false, newBrowser, place),
    );
    await leavesNothing(which, acted);
  });

  it.each(way === 'first' ? Object.keys(enders) : some)(
    '%s: another session of the owner does nothing after that',
    async (which) => {
      const elsewhere = await owner.comeElsewhere();
      const end = (await enders[which]?.()) as () => Promise<unknown>;
      const newest = await cheapHash('whoever-sets-this-is-late');
      const late = () => second.app.operations.changePassword(elsewhere, newest, place);
      const acted = await race(end, late, way !== 'first');
      const { password_hash = null } =
        (await first.database.db('users').where({ id: owner.userId }).first()) ?? {};
      if (way === 'first') expect(acted).toMatchObject({ reason: { code: 'signed_out' } });
      // Who was in time has signed the owner out, and is told so; or the owner came after and has undone it.
      if (password_hash === newest) expect(await sessions().pluck('sign_in_id')).not.toContain(here.signInId);
      expect(await sessions()).toHaveLength(sessionsAfter(which));
    },
  );

  async function leavesNothing(
    which: string,
    acted: PromiseSettledResult<{ session?: { data: { signInId: string } } } | null>,
  ): Promise<void> {
    const living = await sessions().pluck('sign_in_id');
    // Who comes after the second factor was turned on is asked for it.
    if (acted.status === 'fulfilled') expect(living).not.toContain(acted.value?.session?.data.signInId);
    expect(living).toHaveLength(sessionsAfter(which));
  }
});

it('a password stays when one of two passkeys is deleted after both were counted', async () => {
  const id = await owner.createPasskey();
  await owner.createPasskey();
  const [, removed] = await heldUp(
    [
      { db: first.database.db, act: () => first.app.operations.deletePasskey(here, id, false, place) },
      { db: second.database.db, act: () => second.app.operations.removePassword(here, owner.typing, place) },
    ],
    'in turn',
  );
  expect(removed).toEqual({ status: 'fulfilled', value: null });
  const { password_hash } = await first.database.db('users').where({ id: owner.userId }).first();
  expect(password_hash).not.toBeNull();
});

describe('twenty times at once in two processes', () => {
  // As many as two processes have connections to PostgreSQL: more would only wait in line.
  const atOnce = 20;
  let codes: string[];
  let laptop: Authenticator;
  beforeEach(async () => {
    laptop = createAuthenticator();
    await owner.createPasskey(laptop);
    ({ codes } = (await first.app.operations.turnOnSecondFactor(here, place)) ?? expect.fail());
  });

  /** As a sign-in with the right password leaves it: what that takes is looked at elsewhere. */
  const leave = (browser = newBrowser, app = first) =>
    actingIn(app).operate(place, async (act) => {
      const user = (await act.users.lock(owner.userId)) ?? expect.fail();
      const opening = { method: 'password', proven: true } as const;
      return (await leavePending(act, user, { opening }, user.passwordHash, browser)).pending.id;
    });

  /** How many of twenty sign somebody in; each comes from an address of its own, so that none has to wait. */
  async function letIn(complete: (operations: Operations, from: Source, index: number) => Promise<unknown>) {
    const before = (await sessions()).length;
    const outcomes = await Promise.all(
      Array.from({ length: atOnce }, (_, index) =>
        complete(index % 2 ? first.app.operations : second.app.operations, from(index), index).catch(
          ({ code, message }) => code ?? message,
        ),
      ),
    );
    const answers = new Set(outcomes.filter((outcome) => typeof outcome === 'string'));
    const known = ['wrong', 'pending_sign_in_ended', 'challenge_expired', 'sign_in_refused'];
    expect([...answers].filter((answer) => !known.includes(answer))).toEqual([]);
    expect((await sessions()).length - before).toBe(1);
    return outcomes.length - outcomes.filter((outcome) => typeof outcome === 'string').length;
  }
  const from = (index: number): Source => ({ ...place, address: `198.51.100.${index}` });

  it('one recovery code lets in once, at one pending sign-in', async () => {
    const [code = ''] = codes;
    const pending = await leave();
    const times = await letIn((operations, source) =>
      operations.completeWithCode(pending, code, newBrowser, source),
    );
    expect(times).toBe(1);
  });

  it('one recovery code lets in once, at ten pending sign-ins', async () => {
    const [code = ''] = codes;
    const pending: string[] = [];
    while (pending.length < atOnce / 2) pending.push(await leave());
    const times = await letIn((operations, source, index) =>
      operations.completeWithCode(pending[index % pending.length] ?? '', code, newBrowser, source),
    );
    expect(times).toBe(1);
    expect(await first.database.db('recovery_codes').where({ user_id: owner.userId })).toHaveLength(9);
  });

  it('strangers who have the password push nobody out of a browser that is known', async () => {
    const { epoch } = await first.database.db('users').where({ id: owner.userId }).first();
    const device = { userId: owner.userId, name: 'the laptop', epoch };
    const known: Browser = { deviceFor: () => device, former: null };
    const waiting = () => first.database.db('pending_sign_ins').where({ user_id: owner.userId });
    await leave();
    const [row] = await waiting();
    // As many as there may be, but for one.
    const others = Array.from({ length: limits.pendingSignInsOfAccount - 2 }, (_, index) => ({
      ...row,
      id_hash: `another-${index}`,
    }));
    await first.database.db('pending_sign_ins').insert(others);
    const [own] = await Promise.all([
      leave(known),
      ...Array.from({ length: 12 }, (_, index) => leave(newBrowser, index % 2 ? first : second)),
    ]);
    await Promise.all([leave(), leave(newBrowser, second)]);
    expect(await waiting()).toHaveLength(limits.pendingSignInsOfAccount + 1);
    expect(await openPending(first.database.db, own)).not.toBeNull();
  });

  it('one challenge lets in once', async () => {
    const pending = await leave();
    const { person } = (await openPending(first.database.db, pending)) ?? expect.fail();
    const { passkeys } = first.app;
    const { options, ticket } = await passkeys.beginSecondFactor(person);
    const credential = laptop.get(options, first.origin);
    const verify = (who: typeof person) => passkeys.secondFactor(who, credential, [ticket], place);
    const times = await letIn((operations, source) =>
      operations.completeWithPasskey(pending, verify, newBrowser, source),
    );
    expect(times).toBe(1);
  });
});
