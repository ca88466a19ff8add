/**
 * What two processes do to one account at the same moment, each past everything that it looks at beforehand: in whatever
 * order the two come through, nobody stays signed in, and nothing is done, that the other has ended.
 */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Actor, createActor, newBrowser, password, place } from '../../support/acting.ts';
import type { TestApp } from '../../support/app.ts';
import { createAuthenticator } from '../../support/authenticator.ts';
import { heldUp } from '../../support/held-up.ts';
import { keptHash } from '../../support/kept-hash.ts';
import { startTwice } from '../../support/two-processes.ts';

let first: TestApp;
let second: TestApp;
let hash: string;
beforeAll(async () => {
  const both = await startTwice({ env: { SMTP_URL: 'smtp://127.0.0.1:9' } });
  ({ first, second } = both);
  hash = await keptHash('chosen-for-these-tests');
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

const sessions = () => first.database.db('sessions').where({ user_id: owner.userId });

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
    return acted as PromiseSettledResult<{ session: { data: { signInId: string } } } | null>;
  }

  it.each(Object.keys(enders))('%s: a sign-in with the former password leaves no session', async (which) => {
    const end = (await enders[which]?.()) as () => Promise<unknown>;
    const form = { email: owner.email, password };
    const acted = await race(end, () => second.app.operations.signInWithPassword(form, newBrowser, place));
    await leavesNothing(acted);
  });

  it.each(Object.keys(enders))('%s: a sign-in with a passkey leaves no session', async (which) => {
    const authenticator = createAuthenticator();
    await owner.createPasskey(authenticator);
    const end = (await enders[which]?.()) as () => Promise<unknown>;
    const identity = await owner.identify(authenticator);
    const acted = await race(end, () =>
      second.app.operations.signInWithPasskey(identity, false, newBrowser, place),
    );
    await leavesNothing(acted);
  });

  it.each(Object.keys(enders))('%s: another session of the owner does nothing after that', async (which) => {
    const elsewhere = await owner.comeElsewhere();
    const end = (await enders[which]?.()) as () => Promise<unknown>;
    const newest = await keptHash('whoever-sets-this-is-late');
    const late = () => second.app.operations.changePassword(elsewhere, newest, place);
    const acted = await race(end, late, way !== 'first');
    const { password_hash = null } =
      (await first.database.db('users').where({ id: owner.userId }).first()) ?? {};
    if (way === 'first') expect(acted).toMatchObject({ reason: { code: 'signed_out' } });
    // Who was in time has signed the owner out, and is told so; or the owner came after and has undone it.
    if (password_hash === newest) expect(await sessions().pluck('sign_in_id')).not.toContain(here.signInId);
    expect((await sessions()).length).toBeLessThanOrEqual(1);
  });

  async function leavesNothing(
    acted: PromiseSettledResult<{ session: { data: { signInId: string } } } | null>,
  ): Promise<void> {
    const living = await sessions().pluck('sign_in_id');
    if (acted.status === 'fulfilled') expect(living).not.toContain(acted.value?.session.data.signInId);
    expect(living.length).toBeLessThanOrEqual(1);
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
