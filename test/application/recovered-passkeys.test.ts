/** Whoever comes back into their account by mail looks through the passkeys that are still there. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { shortNameOf } from '../../src/web/passkeys/review-passkeys-page.ts';
import { actingIn, place } from '../support/acting.ts';
import { ageProofs, removePassword, sessionsOf } from '../support/aged-session.ts';
import { person, startApp } from '../support/app.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import { type MailedApp, startMailedApp } from '../support/mailed.ts';
import { reviewPasskeys } from '../support/review.ts';
import { owningPasskey, rememberSeats, signedIn } from '../support/seated.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';
import { brokenAnswer, createWire } from '../support/wire.ts';

const other = { email: 'grace@example.com', password: 'nanoseconds-of-wire-1906' };
const fresh = 'difference-engine-no-2';
const wire = createWire();
let running: MailedApp;
let owner: Visitor;
/** Somebody who came to have a passkey of the owner's account. */
let thief: Visitor;
let ids: { owner: string; thief: string };
let again: () => Promise<[Visitor, Visitor]>;
beforeAll(async () => {
  running = await startMailedApp({ wrapTransport: wire.wrapTransport });
  await running.createAccount(other.email, other.password);
  [owner, thief] = [createVisitor(running), createVisitor(running)];
  ids = { owner: await owningPasskey(running, owner), thief: await owningPasskey(running, thief) };
  again = await rememberSeats(running, owner, thief);
  return () => running.close();
});
beforeEach(async () => {
  [owner, thief] = await again();
  running.mail.clear();
});
afterEach(() => wire.mend());

const signsIn = async ({ authenticator }: Visitor) => {
  const { status, body } = await createVisitor(running, authenticator).signInWithPasskey();
  return status === 200 || body.code;
};
const stored = async () => (await running.database.db('passkey_api_credentials').pluck('id')).sort();
const events = () => running.database.db('activity').pluck('event');
const review = (unknown: string[] = []) => reviewPasskeys(owner, unknown);

/** The owner forgot their password, and opens the link. Most do without a new one: it is judged and hashed at full cost. */
async function comeBack(chosen: Record<string, string> = { way: 'passkey' }) {
  await running.app.operations.requestReset(person.email, place);
  const secret = await actingIn(running).newestSecret('reset-password', person.email);
  return owner.postForm(paths.resetPassword(secret), chosen);
}

/** The owner answers a letter with "This wasn't me", before which nothing of now had happened. */
async function secure(): Promise<void> {
  // A letter knows its moment to the millisecond, and the passkeys are from before it.
  await new Promise((resolve) => setTimeout(resolve, 5));
  const { operations } = running.app;
  await operations.changePassword(await signedIn(running, owner), 'a hash of the thief', place);
  const secret = await actingIn(running).newestSecret('lockdown', person.email);
  const secured = await createVisitor(running).postForm(paths.lockdown(secret));
  expect(secured.text).toContain('Your account is secured');
  expect(secured.text).toContain(`<a href="${paths.reviewPasskeys}">reviewed them</a>`);
  expect(secured.text).toContain('Recovery codes created after');
  expect(secured.text).not.toContain('Recovery codes created before');
}

/** Proves by password who they are. */
const stepUpByPassword = (visitor: Visitor, password: string) => visitor.postForm(paths.reauth, { password });

describe('after a reset', () => {
  it('leads to a page with each passkey and what its owner may know it by', async () => {
    expect((await comeBack({ password: fresh })).headers.location).toBe(paths.reviewPasskeys);
    const { status, text } = await owner.get(paths.reviewPasskeys);
    expect([status, text.includes('Your password was changed')]).toEqual([200, true]);
    for (const id of Object.values(ids)) expect(text).toContain(`name="unknown" value="${shortNameOf(id)}"`);
    expect(text.match(/Created \d+ \w+ 20\d\d, \d\d:\d\d UTC\. Not used yet\./g)).toHaveLength(2);
  });

  it('deletes those that are not known, signs out whoever signed in with one, and keeps the others', async () => {
    await comeBack();
    expect(await signsIn(thief)).toBe(true);
    await thief.signInWithPasskey();
    const done = await review([ids.thief]);
    expect([done.status, done.headers.location]).toEqual([303, paths.dashboard]);
    expect((await owner.get(paths.dashboard)).text).toContain('One passkey was deleted.');
    expect((await thief.get(paths.dashboard)).status).toBe(303);
    expect([await signsIn(thief), await signsIn(owner)]).toEqual(['credential_unknown', true]);
    expect(await stored()).toEqual([ids.owner]);
    expect(await events()).toEqual(expect.arrayContaining(['passkey_removed', 'passkeys_reviewed']));
    const subjects = (await running.mailsTo(person.email)).map(({ subject }) => subject);
    expect(subjects).toContain('A passkey was deleted');
  });

  it('deletes nothing when all are known, and all of them when none is: the way by mail is left', async () => {
    await comeBack();
    expect((await review()).headers.location).toBe(paths.dashboard);
    expect((await owner.get(paths.dashboard)).text).toContain('You keep all your passkeys');
    expect(await stored()).toEqual(Object.values(ids).sort());
    expect([await signsIn(thief), await signsIn(owner)]).toEqual([true, true]);
    await review(Object.values(ids));
    expect((await owner.get(paths.dashboard)).text).toContain('2 passkeys were deleted.');
    expect(await stored()).toEqual([]);
  });

  it('[ASVS 8.2.2] deletes no passkey of anybody else', async () => {
    const stranger = createVisitor(running);
    const theirs = await owningPasskey(running, stranger, other);
    await comeBack();
    expect((await review([theirs, 'x', '', 'A'.repeat(2_000)])).headers.location).toBe(paths.dashboard);
    expect(await stored()).toEqual([...Object.values(ids), theirs].sort());
    expect(await signsIn(stranger)).toBe(true);
  });

  it('[ASVS 7.5.3] needs a recent proof', async () => {
    await comeBack({ password: fresh });
    await ageProofs(running, 601);
    for (const answer of [await owner.get(paths.reviewPasskeys), await review([ids.thief])])
      expect(answer.headers.location).toBe(
        `${paths.reauth}?return_to=${encodeURIComponent(paths.reviewPasskeys)}`,
      );
    expect(await stored()).toEqual(Object.values(ids).sort());
    await stepUpByPassword(owner, fresh);
    const { text } = await owner.get(paths.reviewPasskeys);
    expect(text).toContain('What you ticked is still ticked');
    expect(text.match(/checked/g)).toHaveLength(1);
  });

  it('takes a hundred ticks, of the longest ids, and asks again when others have come', async () => {
    await comeBack();
    const { id: user_id } = await running.database.db('users').where({ email: person.email }).first('id');
    const [row] = await running.database.db('passkey_api_credentials').where({ user_id });
    const others = Array.from({ length: 99 }, (_, index) => `${index}-`.padEnd(1_364, 'A'));
    // The others are gone by then: to delete each of a hundred shows no more than to delete some.
    const many = others.slice(0, 9);
    await running.database.db.batchInsert(
      'passkey_api_credentials',
      many.map((id) => ({ ...row, id })),
      10,
    );
    const stale = await owner.postForm(paths.reviewPasskeys, {});
    expect([stale.status, stale.text.includes('have changed in the meantime')]).toEqual([409, true]);
    expect((await review([...others, ids.thief])).headers.location).toBe(paths.dashboard);
    expect((await running.app.passkeys.listFor(user_id)).map(({ id }) => id)).toEqual([ids.owner]);
  });

  it('deletes what is not known also while the passkey service does not take it', async () => {
    await comeBack();
    wire.before = ({ method }) => (method === 'DELETE' ? brokenAnswer() : undefined);
    expect((await review([ids.thief])).headers.location).toBe(paths.dashboard);
    expect([await signsIn(thief), await signsIn(owner)]).toEqual(['credential_unknown', true]);
    wire.mend();
    await running.database.db('pending_deletions').update({ next_try_at: new Date(0).toISOString() });
    await running.app.sweep();
    expect(await stored()).toEqual([ids.owner]);
  });

  it('leads to the dashboard when the passkey service does not answer, or there is no passkey', async () => {
    wire.before = brokenAnswer;
    expect((await comeBack()).headers.location).toBe(paths.dashboard);
    expect((await owner.get(paths.reviewPasskeys)).status).toBe(503);
    wire.mend();
    await running.database.db('passkey_api_credentials').delete();
    expect((await comeBack()).headers.location).toBe(paths.dashboard);
  });
});

describe('after "This wasn’t me"', () => {
  it('opens nothing by a passkey from before until they have been looked through: the reset alone is not enough', async () => {
    await secure();
    expect([await signsIn(thief), await signsIn(owner)]).toEqual(['passkey_held', 'passkey_held']);
    const { body } = await owner.signInWithPasskey();
    expect(body.title).toContain('review your passkeys first');
    expect(await sessionsOf(running)).toEqual([]);

    expect((await comeBack()).headers.location).toBe(paths.reviewPasskeys);
    expect([await signsIn(thief), await signsIn(owner)]).toEqual(['passkey_held', 'passkey_held']);
    await review([ids.thief]);
    expect([await signsIn(thief), await signsIn(owner)]).toEqual(['credential_unknown', true]);
  });

  it('proves nothing by a passkey from before, and one that was created afterwards works at once', async () => {
    await secure();
    await comeBack();
    const started = await owner.postJson(paths.passkeyReauth, { start: true });
    const credential = owner.authenticator.get(started.body.loginOptions, running.origin);
    const refused = await owner.postJson(paths.passkeyReauth, { finish: true, credential });
    expect([refused.status, refused.body.code]).toEqual([403, 'passkey_held']);
    const own = createVisitor(running, createAuthenticator());
    own.agent.jar = owner.agent.jar;
    expect((await own.createPasskey()).status).toBe(200);
    expect(await signsIn(own)).toBe(true);
    expect(await signsIn(owner)).toBe('passkey_held');
  });
});

describe('where there is no mail', () => {
  it('does not delete the last way in: 409, and nothing is deleted', async () => {
    const silent = await startApp();
    try {
      const visitor = createVisitor(silent);
      const id = await owningPasskey(silent, visitor);
      await removePassword(silent, person.email);
      const refused = await reviewPasskeys(visitor, [id]);
      expect(refused.status).toBe(409);
      expect(refused.text).toContain('only way to sign in');
      expect(await silent.database.db('passkey_api_credentials').pluck('id')).toEqual([id]);
      expect(await silent.database.db('pending_deletions').select()).toEqual([]);
    } finally {
      await silent.close();
    }
  });
});
