import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { actingIn, place } from '../support/acting.ts';
import { person, startApp } from '../support/app.ts';
import { linkIn } from '../support/mail-server.ts';
import { type MailedApp, startMailedApp } from '../support/mailed.ts';
import { signedIn } from '../support/seated.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

const fresh = 'difference-engine-no-2';
let running: MailedApp;
let hash: string;
beforeAll(async () => {
  running = await startMailedApp();
  hash = (await running.database.db('users').first('password_hash')).password_hash;
});
afterAll(() => running.close());
beforeEach(async () => {
  const { db } = running.database;
  for (const table of ['account_tokens', 'rate_limits', 'sessions', 'activity', 'outbox'])
    await db(table).delete();
  await db('users').update({ password_hash: hash, email_verified_at: null, password_changed_at: null });
  running.mail.clear();
});

/** A link that was asked for and waits to be mailed, and somebody to open it. */
async function forgotten(): Promise<{ visitor: Visitor; link: string }> {
  await running.app.operations.requestReset(person.email, place);
  const secret = await actingIn(running).newestSecret('reset-password', person.email);
  return { visitor: createVisitor(running), link: paths.resetPassword(secret) };
}

describe('a forgotten password', () => {
  it('is replaced with the link in a mail; whoever has it is in, and everybody else is out', async () => {
    const before = createVisitor(running);
    await signedIn(running, before);
    const visitor = createVisitor(running);
    await visitor.postForm(paths.forgotPassword, { email: person.email });
    const link = await running.newestLink(person.email);
    expect((await visitor.get(link)).text).toContain(person.email);
    const saved = await visitor.postForm(link, { password: fresh });
    expect([saved.status, saved.headers.location]).toEqual([303, paths.dashboard]);
    expect((await visitor.get(paths.dashboard)).text).toContain('Your password was changed');
    expect((await before.get(paths.dashboard)).status).toBe(303);
    expect((await createVisitor(running).signIn()).status).toBe(422);
    expect((await createVisitor(running).signIn({ email: person.email, password: fresh })).status).toBe(303);
  });

  it('[ASVS 6.3.7, 6.4.3] may stay forgotten: a passkey is created instead; the link works once, and the owner is told', async () => {
    const { visitor, link } = await forgotten();
    expect((await visitor.get(link)).text).toContain('Create a passkey instead');
    expect((await visitor.postForm(link, { way: 'passkey' })).headers.location).toBe(paths.dashboard);
    // The mail arrived there.
    expect((await running.database.db('users').first()).email_verified_at).not.toBeNull();
    // With a way to say that it was not them.
    const letter = (await running.mailsTo(person.email)).at(-1);
    expect(letter?.subject).toBe('Somebody signed in with an emailed link');
    expect(linkIn(letter)).toContain('/account/lockdown/');
    expect((await visitor.createPasskey()).status).toBe(200);
    expect((await visitor.postForm(link, { password: `${fresh}-again` })).status).toBe(410);
    expect((await visitor.get(link)).status).toBe(410);
    expect((await createVisitor(running).signIn()).status).toBe(303);
  });

  it('is followed by the invitation to a passkey here, once, and not where somebody has said no to it', async () => {
    const card =
      /<h2 id="local">Add a passkey to this computer\?<\/h2>[\s\S]*Add one only if this computer is yours/;
    const { visitor, link } = await forgotten();
    await visitor.postForm(link, { password: fresh });
    expect((await visitor.get(paths.security)).text).not.toMatch(card);
    const page = (await visitor.get(paths.dashboard)).text;
    expect(page).toMatch(card);
    expect((await visitor.get(paths.activity)).text).toContain('emailed link, and chose a new password');
    expect((await visitor.get(paths.dashboard)).text).not.toMatch(card);

    await visitor.postForm(paths.declineLocalPasskey);
    for (const [choice, invited] of [
      [{ password: fresh }, false],
      [{ way: 'passkey' }, true],
    ] as const) {
      await visitor.postForm((await forgotten()).link, choice);
      expect(card.test((await visitor.get(paths.dashboard)).text)).toBe(invited);
    }
  });

  it('keeps the link when the new password cannot be taken, and says why', async () => {
    const { visitor, link } = await forgotten();
    for (const password of ['', person.email]) {
      const refused = await visitor.postForm(link, { password });
      expect(refused.status).toBe(422);
      expect(refused.text).toContain('href="#password"');
      expect(refused.headers['set-cookie']).toBeUndefined();
    }
    expect((await visitor.postForm(link, { way: 'passkey' })).status).toBe(303);
  });

  it('[ASVS 6.3.8] is asked for alike by everybody, and a stranger gets no mail', async () => {
    const ask = (email: string) => createVisitor(running).postForm(paths.forgotPassword, { email });
    const [known, unknown] = [await ask(person.email), await ask('nobody@example.com')];
    const shapeOf = ({ status, text, headers }: typeof known) => {
      const { date: _, 'x-request-id': __, ...others } = headers;
      return { status, text, others };
    };
    expect(shapeOf(known)).toEqual(shapeOf(unknown));
    expect(await running.mailsTo('nobody@example.com')).toEqual([]);
    expect(await running.mailsTo(person.email)).toHaveLength(1);
    expect(await running.database.db('outbox').select()).toEqual([]);
  });

  it('[ASVS 14.2.1] leaves the secret of the link neither in the database nor in the log', async () => {
    running.log.length = 0;
    const { visitor, link } = await forgotten();
    const secret = link.split('/').at(-1) as string;
    await visitor.get(link);
    await visitor.postForm(link, { password: 'short' });
    const { db } = running.database;
    const tables = ['account_tokens', 'outbox', 'sessions', 'activity', 'users', 'rate_limits'];
    for (const table of tables) expect(JSON.stringify(await db(table).select()), table).not.toContain(secret);
    expect(running.log.join()).not.toContain(secret);
    await visitor.postForm(link, { way: 'passkey' });
    expect(running.log.join()).not.toContain(secret);
  });

  it('has no link that nobody was given', async () => {
    for (const secret of ['', 'A'.repeat(500), '%00']) {
      const visitor = createVisitor(running);
      const path = `/password/reset/${secret}`;
      const status = secret === '' ? 404 : 410;
      expect((await visitor.get(path)).status, secret).toBe(status);
      const answer = await visitor.postForm(path, { password: fresh });
      expect(answer.status, secret).toBe(status);
      expect(answer.headers['set-cookie'], secret).toBeUndefined();
      expect((await running.database.db('users').first()).password_hash, secret).toBe(hash);
    }
  });
});

it('an address that is none gets a sentence at the field, keeps what was typed, and no mail', async () => {
  for (const email of [
    'no-address',
    '"><script>alert(1)</script>@example.com',
    'ada@example.com\r\nBcc: all@example.com',
  ]) {
    const refused = await createVisitor(running).postForm(paths.forgotPassword, { email });
    expect(refused.status, email).toBe(422);
    expect(refused.text, email).toContain('id="email-problem"');
    expect(refused.text, email).toContain('href="#email"');
    expect(refused.text, email).not.toContain('<script>alert');
    if (/^[\w@-]+$/.test(email)) expect(refused.text).toContain(`value="${email}"`);
    expect(refused.headers['set-cookie'], email).toBeUndefined();
    expect(await running.database.db('outbox').select(), email).toEqual([]);
  }
});

describe('where there is no mail', () => {
  it('says who can help, and takes no form', async () => {
    const silent = await startApp();
    try {
      const visitor = createVisitor(silent);
      const page = await visitor.get(paths.forgotPassword);
      expect(page.text).toContain('This site does not send email.');
      expect(page.text).not.toContain('<form');
      expect((await visitor.postForm(paths.forgotPassword, { email: person.email })).status).toBe(404);
    } finally {
      await silent.close();
    }
  });
});
