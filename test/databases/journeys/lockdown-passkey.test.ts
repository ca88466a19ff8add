/** "This wasn't me" in the letter about a new passkey: it opens nothing any more, whether or not the service answers. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { paths } from '../../../src/web/paths.ts';
import { type MailedApp, startMailedApp } from '../../support/mailed.ts';
import { createVisitor, type Visitor } from '../../support/visitor.ts';
import { brokenAnswer, createWire } from '../../support/wire.ts';

const wire = createWire();
let running: MailedApp;
let account: { email: string; password: string };
let thief: Visitor;
/** The thief's passkey, and the path of the link in the letter about it. */
let stolen: { id: string; link: string };
let people = 0;
beforeAll(async () => {
  running = await startMailedApp({ wrapTransport: wire.wrapTransport });
  return () => running.close();
});
beforeEach(async () => {
  account = { email: `victim.${++people}@example.com`, password: 'not-the-only-one-who-knows' };
  await running.app.accounts.create(account.email, account.password);
  thief = createVisitor(running);
  await thief.signIn(account);
  const { id } = (await thief.createPasskey()).body.passkey;
  // Of one that is younger than half a minute nobody is told that it is gone.
  const created_at = new Date(Date.now() - 60_000).toISOString();
  await db()('passkey_records').where({ credential_id: id }).update({ created_at });
  stolen = { id, link: await running.newestLink(account.email) };
});
afterEach(() => wire.mend());

const db = () => running.database.db;
const serviceIsDown = () => {
  wire.before = ({ path }) => (path.startsWith('credentials') ? brokenAnswer() : undefined);
};
const signIns = async () => {
  const { id } = await db()('users').where({ email: account.email }).first('id');
  return (await db()('activity').where({ user_id: id, event: 'signed_in' })).length;
};

describe('a passkey that its owner disowns', () => {
  it.each([
    ['answers', () => {}],
    ['does not answer', serviceIsDown],
  ])('signs nobody in any more while the service %s, and no sign-in is noted', async (_, happens) => {
    happens();
    const secured = await createVisitor(running).postForm(stolen.link);
    expect(secured.text).toContain('The passkey that was added does not open your account any more.');
    wire.mend();
    expect((await thief.get(paths.dashboard)).status).toBe(303);
    const before = await signIns();
    const refused = await thief.signInWithPasskey();
    expect([refused.status, refused.body.code]).toEqual([404, 'credential_unknown']);
    expect(refused.headers['set-cookie']?.toString() ?? '').not.toContain('session=');
    expect(await signIns()).toBe(before);
    await db()('passkey_erasures').update({ next_try_at: new Date(0).toISOString() });
    await running.app.sweep();
    expect(await db()('passkey_api_credentials').where({ id: stolen.id })).toEqual([]);
  });

  it('is in no list of the owner, who keeps the others', async () => {
    const owner = createVisitor(running);
    await owner.signIn(account);
    const own = (await owner.createPasskey()).body.passkey.id;
    serviceIsDown();
    await createVisitor(running).postForm(stolen.link);
    wire.mend();
    expect((await owner.signInWithPasskey()).status).toBe(200);
    const { text } = await owner.get(paths.dashboard);
    expect([text.includes(own), text.includes(stolen.id)]).toEqual([true, false]);
    const { body } = await owner.agent.get(paths.passkeySignals).set('Accept', 'application/json');
    expect(body.allAcceptedCredentialIds ?? body.code).toEqual([own]);
  });
});
