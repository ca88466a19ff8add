import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { ageProofs } from '../support/aged-session.ts';
import { withoutTable } from '../support/answers.ts';
import { person, startApp } from '../support/app.ts';
import { type MailedApp, startMailedApp } from '../support/mailed.ts';
import { owningPasskey, signedIn } from '../support/seated.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

const fresh = 'difference-engine-no-2';
let running: MailedApp;
let visitor: Visitor;
let hash: string;
beforeAll(async () => {
  running = await startMailedApp();
  hash = (await running.database.db('users').first('password_hash')).password_hash;
});
afterAll(() => running.close());
beforeEach(async () => {
  const { db } = running.database;
  for (const table of [
    'sessions',
    'rate_limits',
    'outbox',
    'activity',
    'passkey_api_credentials',
    'passkey_records',
  ])
    await db(table).delete();
  await db('users').update({ password_hash: hash });
  running.mail.clear();
  visitor = createVisitor(running);
  await signedIn(running, visitor);
});

const storedHash = async () => (await running.database.db('users').first('password_hash')).password_hash;
const subjects = async () => (await running.mailsTo(person.email)).map(({ subject }) => subject);

describe('a password', () => {
  it('[ASVS 6.2.2] is changed; whoever is signed in elsewhere is out, and the owner hears of it by mail', async () => {
    const elsewhere = createVisitor(running);
    await signedIn(running, elsewhere);
    running.mail.clear();
    const changed = await visitor.postForm(paths.password, { password: fresh });
    expect([changed.status, changed.headers.location]).toEqual([303, paths.security]);
    expect((await visitor.get(paths.security)).text).toContain('Your password was changed.');
    expect((await elsewhere.get(paths.dashboard)).status).toBe(303);
    expect((await createVisitor(running).signIn()).status).toBe(422);
    expect((await createVisitor(running).signIn({ email: person.email, password: fresh })).status).toBe(303);
    expect(await subjects()).toContain('Your password was changed');
  });

  it('[ASVS 6.2.4] is not changed to one that is none, or about its owner, and the page says why', async () => {
    await running.database.db('outbox').delete();
    for (const password of ['', person.email]) {
      const refused = await visitor.postForm(paths.password, { password });
      expect(refused.status, password).toBe(422);
      expect(refused.text, password).toContain('id="password-problem"');
      expect(await storedHash(), password).toBe(hash);
      expect(await running.database.db('outbox').select(), password).toEqual([]);
    }
  });

  it('[ASVS 7.5.1] is changed only after a recent proof', async () => {
    await ageProofs(running, 601);
    const asked = await visitor.get(paths.password);
    expect(asked.headers.location).toBe('/reauth?return_to=%2Fsettings%2Fpassword');
    const posted = await visitor.postForm(paths.password, { password: fresh });
    expect(posted.status).toBe(303);
    expect(await storedHash()).toBe(hash);
    const [{ data }] = await running.database.db('sessions').select('data');
    expect(data).not.toContain(fresh);
  });

  it('can be reached at the address that password managers know', async () => {
    const answer = await visitor.get('/.well-known/change-password');
    expect([answer.status, answer.headers.location]).toEqual([303, paths.password]);
  });
});

describe('removing the password', () => {
  it('[ASVS 2.3.2] needs two passkeys', async () => {
    for (const have of [0, 1]) {
      if (have === 1) await visitor.createPasskey();
      expect((await visitor.get(paths.removePassword)).text).toContain('you need two passkeys');
      const refused = await visitor.postForm(paths.removePassword, person);
      expect(refused.status).toBe(409);
      expect(await storedHash()).toBe(hash);
    }
  });

  it('leaves the passkeys, is told by mail, and can be taken back', async () => {
    await owningPasskey(running, visitor);
    await owningPasskey(running, createVisitor(running));
    running.mail.clear();
    const removed = await visitor.postForm(paths.removePassword, person);
    expect([removed.status, removed.headers.location]).toEqual([303, paths.security]);
    expect(await storedHash()).toBeNull();
    expect(await subjects()).toContain('Your password was removed');
    const page = await visitor.get(paths.security);
    expect(page.text).toContain('Set a password');
    await visitor.signOut();
    expect((await visitor.signIn()).status).toBe(422);
    expect((await visitor.signInWithPasskey()).body.redirect).toBe(paths.dashboard);
    expect((await visitor.postForm(paths.password, { password: fresh })).status).toBe(303);
    expect((await createVisitor(running).signIn({ email: person.email, password: fresh })).status).toBe(303);
  });

  it('[ASVS 7.5.1] needs the password with the form, however old the last proof is', async () => {
    await owningPasskey(running, visitor);
    await owningPasskey(running, createVisitor(running));
    await ageProofs(running, 601);
    expect((await visitor.get(paths.removePassword)).status).toBe(200);
    for (const password of ['', 'not-the-password-of-anybody'])
      expect((await visitor.postForm(paths.removePassword, { password })).status).toBe(422);
    expect(await storedHash()).toBe(hash);
    expect((await visitor.postForm(paths.removePassword, person)).headers.location).toBe(paths.security);
    expect(await storedHash()).toBeNull();
  });

  it('is refused while the passkey service does not answer, which the overview says', async () => {
    // Of its own: after faults in a row nobody asks the service for a while.
    const outage = await startApp();
    const owner = createVisitor(outage);
    await owningPasskey(outage, owner);
    await owningPasskey(outage, createVisitor(outage));
    const users = outage.database.db('users');
    const before = await users.clone().select();
    await withoutTable(outage, 'passkey_api_credentials', async () => {
      expect((await owner.get(paths.removePassword)).text).toContain('Passkeys are not available right now');
      expect((await owner.postForm(paths.removePassword, person)).status).toBe(409);
      expect(await users.clone().select()).toEqual(before);
      // The overview is there all the same.
      const page = await owner.get(paths.security);
      expect([page.status, page.text.includes('Not available right now')]).toEqual([200, true]);
    });
    await outage.close();
  });
});

describe('the overview', () => {
  it('says how one gets in, and what is confirmed', async () => {
    await running.database.db('users').update({ email_verified_at: null });
    const before = (await visitor.get(paths.security)).text;
    expect(before).toContain('You can sign in with your password.');
    expect(before).toContain(`${person.email} · not confirmed`);
    await visitor.postForm(paths.resendVerification);
    const link = await running.newestLink(person.email);
    expect((await createVisitor(running).get(link)).text).toContain(person.email);
    const confirmed = await visitor.postForm(link);
    expect(confirmed.headers.location).toBe(paths.security);
    const after = (await visitor.get(paths.security)).text;
    expect(after).toContain('Your email address was confirmed.');
    expect(after).toContain('You can sign in with your password or a link that we email you.');
    expect((await visitor.postForm(link)).status).toBe(410);
  });
});
