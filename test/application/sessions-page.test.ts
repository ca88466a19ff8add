/** Where somebody is signed in, as they see it. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { sessionsOf } from '../support/aged-session.ts';
import { withoutTable } from '../support/answers.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

const other = { email: 'grace@example.com', password: 'nanoseconds-of-wire-1906' };
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
let running: TestApp;
let here: Visitor;
let there: Visitor;
beforeAll(async () => {
  running = await startApp();
  await running.createAccount(other.email, other.password);
});
afterAll(() => running.close());
beforeEach(async () => {
  await running.database.db('sessions').delete();
  await running.database.db('activity').delete();
  [here, there] = [createVisitor(running), createVisitor(running)];
  await here.signIn();
  await there.signIn().set('User-Agent', firefox);
});

describe('the list of sessions', () => {
  it('[ASVS 7.5.2] says where, how and when one signed in, and which session this is', async () => {
    const { text } = await there.get(paths.sessions);
    expect(text).toContain('Firefox on Linux');
    expect(text).toContain('Unknown device');
    expect(text).toMatch(/Password · signed in <time datetime="20/);
    expect(text.match(/This session/g)).toHaveLength(1);
    expect(text).toContain('Last seen <time');
    const places = ['This session', 'Unknown device'].map((words) => text.indexOf(words));
    expect(places[0], 'this one comes first').toBeLessThan(places[1] as number);
  });

  it('names the passkey that opened one, and does without while the service does not answer', async () => {
    await here.createPasskey();
    await here.signOut();
    await here.signInWithPasskey();
    const listed = (await here.get(paths.sessions)).text;
    expect(listed).toMatch(/><bdi>Passkey · Unknown device<\/bdi> · signed in/);
    await running.database.db('passkey_api_credentials').update({ name: 'iCloud <i>Keychain</i>' });
    expect((await here.get(paths.sessions)).text).toContain(
      'Passkey · <bdi>iCloud &lt;i&gt;Keychain&lt;/i&gt;</bdi> · signed in',
    );
    const alone = await withoutTable(running, 'passkey_api_credentials', () => here.get(paths.sessions));
    expect(alone.text).toMatch(/Passkey · signed in/);
  });

  it('says so when a link from a mail opened one, or a passkey that is gone', async () => {
    const [mine, theirs] = await sessionsOf(running);
    const change = (session: typeof mine, data: object) =>
      running.database
        .db('sessions')
        .where({ id_hash: session?.id_hash })
        .update({ data: JSON.stringify({ ...session?.data, ...data }) });
    await change(mine, { method: 'email' });
    await change(theirs, { method: 'passkey', credentialId: 'A'.repeat(22) });
    const { text } = await here.get(paths.sessions);
    expect(text).toContain('<span>Email link · signed in');
    expect(text).toContain('<span>Passkey · signed in');
  });

  it('has none that has expired', async () => {
    const [, theirs] = await sessionsOf(running);
    const expires_at = new Date(Date.now() - 1).toISOString();
    await running.database.db('sessions').where({ id_hash: theirs?.id_hash }).update({ expires_at });
    expect((await here.get(paths.sessions)).text).not.toContain('Firefox on Linux');
    const expired = await here.postForm(paths.endSession(theirs?.data.signInId as string));
    expect(expired.status).toBe(404);
  });

  it('shows a device for what it says, whatever it says', async () => {
    await running.database.db('sessions').update({ device: '<img src=x onerror=alert(1)>' });
    expect((await here.get(paths.sessions)).text).not.toContain('<img src=x');
  });

  it('notes a visit every five minutes at most', async () => {
    const past = new Date(Date.now() - 6 * 60_000).toISOString();
    const seen = async () =>
      (await running.database.db('sessions').orderBy('created_at').first()).last_seen_at;
    await running.database.db('sessions').update({ last_seen_at: past });
    await here.get(paths.sessions);
    const noted = await seen();
    expect(Date.parse(noted)).toBeGreaterThan(Date.parse(past));
    await here.get(paths.sessions);
    expect(await seen()).toBe(noted);
  });
});
