/**
 * "This wasn't me" in the letter about a new passkey: it and all that came later are gone, whether or not the service
 * answers; those from before wait until their owner, who comes back by the link that is mailed, has looked at them.
 */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { shortNameOf } from '../../src/web/passkeys/review-passkeys-page.ts';
import { aMoment } from '../support/a-moment.ts';
import { actingIn } from '../support/acting.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { reviewPasskeys } from '../support/review.ts';
import { owningPasskey, rememberSeats } from '../support/seated.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';
import { brokenAnswer, createWire } from '../support/wire.ts';

const wire = createWire();
let running: TestApp;
const account = { email: 'victim@example.com', password: 'not-the-only-one-who-knows' };
let owner: Visitor;
/** The owner's passkey, from before. */
let own: string;
let thief: Visitor;
/** The thief's passkey, and the path of the link in the letter about it. */
let stolen: { id: string; link: string };
let again: () => Promise<[Visitor, Visitor]>;
beforeAll(async () => {
  // Nobody listens there: letters wait in the outbox, where their links are read.
  const env = { SMTP_URL: 'smtp://127.0.0.1:9' };
  running = await startApp({ env, wrapTransport: wire.wrapTransport });
  await running.createAccount(account.email, account.password);
  [owner, thief] = [createVisitor(running), createVisitor(running)];
  own = await owningPasskey(running, owner, account);
  // A letter knows its moment to the millisecond.
  await aMoment();
  const id = await owningPasskey(running, thief, account);
  const secret = await actingIn(running).newestSecret('lockdown', account.email);
  stolen = { id, link: paths.lockdown(secret) };
  again = await rememberSeats(running, owner, thief);
  return () => running.close();
});
beforeEach(async () => {
  [owner, thief] = await again();
});
afterEach(() => wire.mend());

const db = () => running.database.db;
const serviceIsDown = () => {
  wire.before = ({ path }) => (path.startsWith('credentials') ? brokenAnswer() : undefined);
};
const signIns = async () => {
  const { id } = await db()('users').where({ email: account.email }).first('id');
  const times: number[] = await db()('activity').where({ user_id: id, event: 'sign_in' }).pluck('times');
  return times.reduce((sum, each) => sum + each, 0);
};
const resetLink = async () =>
  paths.resetPassword(await actingIn(running).newestSecret('reset-password', account.email));
const secure = () => createVisitor(running).postForm(stolen.link);

describe('a passkey that its owner disowns', () => {
  it.each([
    ['answers', () => {}],
    ['does not answer', serviceIsDown],
  ])(
    'signs nobody in any more while the service %s, and no sign-in is noted: nor does what the thief added later',
    async (_, happens) => {
      const another = createVisitor(running);
      const later = await owningPasskey(running, another, account);
      happens();
      const secured = await secure();
      expect(secured.text).toContain('Passkeys added after ');
      wire.mend();
      expect((await thief.get(paths.dashboard)).status).toBe(303);
      const before = await signIns();
      const refused = await thief.signInWithPasskey();
      expect([refused.status, refused.body.code]).toEqual([404, 'credential_unknown']);
      expect(refused.headers['set-cookie']?.toString() ?? '').not.toContain('session=');
      expect((await another.signInWithPasskey()).status).toBe(404);
      expect(await signIns()).toBe(before);
      await db()('pending_deletions').update({ next_try_at: new Date(0).toISOString() });
      await running.app.sweep();
      expect(
        await db()('passkey_api_credentials').whereIn('id', [own, stolen.id, later]).pluck('id'),
      ).toEqual([own]);
    },
  );
});

describe('the passkeys from before', () => {
  it('open and confirm nothing until their owner has come back by the link and looked at them, and then only they are listed', async () => {
    serviceIsDown();
    const { text: secured } = await secure();
    expect(secured).toContain(`<a href="${paths.reviewPasskeys}">reviewed them</a>`);
    expect(secured).toContain('No recovery code created so far works any more.');
    expect(secured).not.toContain('Recovery codes from before then work again');
    wire.mend();
    const early = await owner.signInWithPasskey();
    expect([early.status, early.body.code]).toEqual([403, 'passkey_held']);
    expect(early.body.title).toBe(
      'This account was secured. Sign in with the link that we emailed you, or with your new password, and review your passkeys first.',
    );
    const back = await owner.postForm(await resetLink(), { way: 'passkey' });
    expect(back.headers.location).toBe(paths.reviewPasskeys);
    const { text } = await owner.get(paths.reviewPasskeys);
    expect([own, stolen.id].map((id) => text.includes(shortNameOf(id)))).toEqual([true, false]);
    expect(text).toContain('The others work again.');
    expect((await owner.signInWithPasskey()).status).toBe(403);
    const stepUp = await owner.postJson(paths.passkeyReauth, { start: true });
    const credential = owner.authenticator.get(stepUp.body.loginOptions, running.origin);
    const confirmed = await owner.postJson(paths.passkeyReauth, { finish: true, credential });
    expect([confirmed.status, confirmed.body.code]).toEqual([403, 'passkey_held']);
    const fresh = createVisitor(running);
    fresh.agent.jar = owner.agent.jar;
    expect((await fresh.createPasskey()).status).toBe(200);
    const withFresh = createVisitor(running, fresh.authenticator);
    expect((await withFresh.signInWithPasskey()).status, 'one that was created afterwards').toBe(200);
    expect((await reviewPasskeys(owner)).headers.location).toBe(paths.dashboard);
    expect((await owner.signInWithPasskey()).status).toBe(200);
    const { body } = await owner.agent.get(paths.passkeySignals).set('Accept', 'application/json');
    expect(body.allAcceptedCredentialIds).toHaveLength(2);
    expect(body.allAcceptedCredentialIds).toContain(own);
  });
});
