/** Whoever comes back into their account by mail looks through the passkeys that are still there. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { shortNameOf } from '../../src/web/passkeys/review-passkeys-page.ts';
import { actingIn, place } from '../support/acting.ts';
import { ageProofs, removePassword } from '../support/aged-session.ts';
import { person } from '../support/app.ts';
import { eventsOf } from '../support/log.ts';
import { type MailedApp, startMailedApp } from '../support/mailed.ts';
import { reviewPasskeys } from '../support/review.ts';
import { owningPasskey, rememberSeats } from '../support/seated.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';
import { brokenAnswer, createWire } from '../support/wire.ts';

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

/** Proves by password who they are. */
const stepUpByPassword = (visitor: Visitor, password: string) => visitor.postForm(paths.reauth, { password });

describe('after a reset', () => {
  it('deletes those that are not known, signs out whoever signed in with one, and keeps the others', async () => {
    await comeBack();
    expect((await thief.signInWithPasskey()).status).toBe(200);
    const done = await review([ids.thief]);
    expect([done.status, done.headers.location]).toEqual([303, paths.dashboard]);
    expect((await owner.get(paths.dashboard)).text).toContain('One passkey was deleted.');
    expect((await thief.get(paths.dashboard)).status).toBe(303);
    expect(eventsOf(running, 'sessions_ended').at(-1)).toMatchObject({ reason: 'passkey removed: 1' });
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
    await review(Object.values(ids));
    expect((await owner.get(paths.dashboard)).text).toContain('2 passkeys were deleted.');
    expect(await stored()).toEqual([]);
  });

  it('[ASVS 7.5.3] leads to a page with each passkey and what its owner may know it by, which needs a recent proof', async () => {
    expect((await comeBack({ password: fresh })).headers.location).toBe(paths.reviewPasskeys);
    const { status, text: page } = await owner.get(paths.reviewPasskeys);
    expect([status, page.includes('Your password was changed')]).toEqual([200, true]);
    expect(page).toContain('The others keep working.');
    for (const id of Object.values(ids)) expect(page).toContain(`name="unknown" value="${shortNameOf(id)}"`);
    expect(page.match(/Created \d+ \w+ 20\d\d, \d\d:\d\d UTC\. Not used yet\./g)).toHaveLength(2);
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
    const many = others.slice(0, 2);
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

  it('leads to the dashboard when the passkey service does not answer, or there is no passkey', async () => {
    wire.before = brokenAnswer;
    expect((await comeBack()).headers.location).toBe(paths.dashboard);
    expect((await owner.get(paths.reviewPasskeys)).status).toBe(503);
    wire.mend();
    await running.database.db('passkey_api_credentials').delete();
    expect((await comeBack()).headers.location).toBe(paths.dashboard);
  });
});

it('where nothing else is left, not even an address that is confirmed, the last way in stays: 409', async () => {
  await removePassword(running, person.email);
  const refused = await review(Object.values(ids));
  expect(refused.status).toBe(409);
  expect(refused.text).toContain('only way to sign in');
  expect(await stored()).toEqual(Object.values(ids).sort());
  expect(await running.database.db('pending_deletions').select()).toEqual([]);
});
