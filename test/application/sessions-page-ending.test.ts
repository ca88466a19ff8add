/** Ending one's sessions: one, all others, this one; and nobody else's. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { ageProofs, changeSessions, sessionsOf } from '../support/aged-session.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { signedIn } from '../support/seated.ts';
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
  await signedIn(running, here);
  await there.signIn().set('User-Agent', firefox);
});

const namesOf = async (email: string = person.email) =>
  (await sessionsOf(running, email)).map(({ data }) => data.signInId);
const endings = () => running.database.db('activity').where({ event: 'sessions_ended' }).pluck('detail');
const isIn = async (visitor: Visitor) => (await visitor.get(paths.dashboard)).status === 200;

describe('ending a session', () => {
  it('[ASVS 7.5.2] ends that one, and it opens no page any more', async () => {
    const [, name] = await namesOf();
    const { text } = await here.get(paths.sessions);
    const [firefoxEntry = ''] = text.split('<li>').filter((entry) => entry.includes('Firefox on Linux'));
    expect(firefoxEntry).toContain(`<form method="post" action="${paths.endSession(name as string)}">`);
    expect(text).toContain(`<form method="post" action="${paths.endOtherSessions}">`);
    const ended = await here.postForm(paths.endSession(name as string));
    expect([ended.status, ended.headers.location]).toEqual([303, paths.sessions]);
    expect((await here.get(paths.sessions)).text).toContain('Session ended: Firefox on Linux.');
    expect([await isIn(here), await isIn(there)]).toEqual([true, false]);
    expect(await endings()).toEqual(['Firefox on Linux']);
    expect((await here.get(paths.activity)).text).toContain('Sessions ended: <bdi>Firefox on Linux</bdi>');
  });

  it('[ASVS 7.5.3] needs a recent proof, for one other as for all others; then it ends, on the page with the button', async () => {
    await ageProofs(running, 601);
    const [, name] = await namesOf();
    const path = paths.endSession(name as string);
    for (const asked of [paths.endOtherSessions, path]) {
      const { headers } = await here.postForm(asked);
      expect(headers.location).toBe(`${paths.reauth}?return_to=${encodeURIComponent(asked)}`);
    }
    expect([await isIn(here), await isIn(there)]).toEqual([true, true]);
    expect(await endings()).toEqual([]);
    const proven = await here.postForm(paths.reauth, { password: person.password, return_to: path });
    expect(proven.headers.location).toBe(path);
    const back = await here.get(path);
    expect(back.text).toContain('<h1>Sessions</h1>');
    expect(back.text).toContain('You can end the session now.');
    expect(await isIn(there)).toBe(true);
    expect((await here.get(path)).text).not.toContain('You can end the session');
    expect((await here.postForm(path)).headers.location).toBe(paths.sessions);
    expect(await isIn(there)).toBe(false);
  });

  it('[ASVS 7.5.2] ends all others, and says how many', async () => {
    const third = createVisitor(running);
    await signedIn(running, third);
    expect((await here.postForm(paths.endOtherSessions)).status).toBe(303);
    expect((await here.get(paths.sessions)).text).toContain('2 other sessions were ended.');
    expect([await isIn(here), await isIn(there), await isIn(third)]).toEqual([true, false, false]);
    expect(await endings()).toEqual(['all others (2)']);
    expect((await here.get(paths.sessions)).text).toContain('You are not signed in anywhere else.');
    await here.postForm(paths.endOtherSessions);
    expect((await here.get(paths.sessions)).text).toContain('There were no other sessions.');
    // Links and known devices have ended all the same, and that is not to go unseen.
    expect(await endings()).toContain('all others (0)');
  });

  it('[ASVS 7.5.3] ends all others once it is proved who asks, on the page with the button', async () => {
    await ageProofs(running, 601);
    await here.postForm(paths.endOtherSessions);
    const proven = await here.postForm(paths.reauth, {
      password: person.password,
      return_to: paths.endOtherSessions,
    });
    expect(proven.headers.location).toBe(paths.endOtherSessions);
    const back = await here.get(paths.endOtherSessions);
    expect(back.text).toContain('<h1>Sessions</h1>');
    expect(back.text).toContain('You can end all other sessions now.');
    expect(await isIn(there)).toBe(true);
    expect((await here.get(paths.endOtherSessions)).text).not.toContain('You can end all other');
    expect((await here.postForm(paths.endOtherSessions)).headers.location).toBe(paths.sessions);
    expect(await isIn(there)).toBe(false);
  });

  it('[ASVS 7.5.3] signs out when it is this one, which needs no recent proof', async () => {
    await ageProofs(running, 601);
    const [name] = await namesOf();
    const ended = await here.postForm(paths.endSession(name as string));
    expect([ended.status, ended.headers.location]).toEqual([303, paths.login]);
    expect(ended.headers['clear-site-data']).toBe('"cache"');
    expect([await isIn(here), await isIn(there)]).toEqual([false, true]);
  });

  it('reaches one that has got another id since the page was opened', async () => {
    const [, name] = await namesOf();
    await there.postForm(paths.reauth, { password: person.password });
    await here.postForm(paths.endSession(name as string));
    expect([await isIn(here), await isIn(there)]).toEqual([true, false]);
  });

  it('is nothing for a guest, nor for a request from elsewhere', async () => {
    const [, name] = await namesOf();
    for (const path of [paths.endSession(name as string), paths.endOtherSessions]) {
      expect((await createVisitor(running).postForm(path)).headers.location).toMatch(
        /^\/login\?session=ended/,
      );
      const foreign = await here.agent.post(path).set('Sec-Fetch-Site', 'cross-site').type('form').send({});
      expect(foreign.status).toBe(403);
    }
    expect([await isIn(here), await isIn(there)]).toEqual([true, true]);
    expect(await endings()).toEqual([]);
  });

  it('[ASVS 8.2.2] of somebody else is the same 404 as of nobody', async () => {
    const stranger = createVisitor(running);
    await signedIn(running, stranger, other);
    const [foreign] = await namesOf(other.email);
    const nobody = ['A'.repeat(22), '..%2F', '%00', 'A'.repeat(1_000)];
    for (const id of [foreign as string, ...nobody]) {
      const { status, text } = await here.postForm(`/settings/sessions/${id}/revoke`);
      expect(status).toBe(404);
      expect(text).toContain('There is no such session.');
    }
    expect(await isIn(stranger)).toBe(true);
    expect(await endings()).toEqual([]);
    expect((await here.get(paths.sessions)).text).not.toContain(foreign);
  });

  it('ends one from before sessions had names, with all others', async () => {
    await changeSessions(running, {});
    const [, second] = await sessionsOf(running);
    await running.database.db('sessions').where({ id_hash: second?.id_hash }).update({ sign_in_id: null });
    await here.postForm(paths.endOtherSessions);
    expect([await isIn(here), await isIn(there)]).toEqual([true, false]);
  });
});
