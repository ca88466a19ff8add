/** Whoever is in an account can make neither its activity nor the outbox grow without end, nor hide anything in noise. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.ts';
import { paths } from '../../src/paths.ts';
import { person } from '../support/app.ts';
import { eventsOf } from '../support/log.ts';
import { withLimits } from '../support/lowered-limits.ts';
import { type MailedApp, startMailedApp } from '../support/mailed.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

let running: MailedApp;
let visitor: Visitor;
/** Lower than they are, so that less noise reaches them. */
const low = {
  waitingLettersOfEvent: 4,
  lettersOfEvent: { ...limits.lettersOfEvent, points: 3 },
  addressChanges: { ...limits.addressChanges, points: 3 },
  entriesOfEvent: { ...limits.entriesOfEvent, points: 4 },
};
beforeAll(async () => {
  running = await startMailedApp({ env: { TRUST_PROXY: '127.0.0.1' } });
  return () => running.close();
});
beforeEach(async () => {
  withLimits(low);
  for (const table of ['sessions', 'activity', 'account_tokens', 'outbox', 'rate_limits'])
    await db()(table).delete();
  running.log.length = 0;
  visitor = createVisitor(running);
  await visitor.signIn();
});

type News = { kind: string; to: string; event?: string; detail?: string; device?: string };

const db = () => running.database.db;
const entries = (event: string) => db()('activity').where({ event }).orderBy('at');
const links = (purpose: string) => db()('account_tokens').where({ purpose });
const letters = async (): Promise<News[]> =>
  (await db()('outbox').orderBy('created_at').pluck('letter')).map((letter) => JSON.parse(letter));
const news = async (event: string) => (await letters()).filter((letter) => letter.event === event);
const browser = (version: number) =>
  `Mozilla/5.0 (X11; Linux x86_64; rv:${version}.0) Gecko/20100101 Firefox/${version}.0`;
/** Devices whose words differ, as many as are needed. */
const systems = ['Windows NT 10.0', 'Macintosh; Intel Mac OS X 10_15_7', 'X11; Linux x86_64', 'Android 14'];
const device = (index: number) => {
  const name = ['Firefox', 'Edg', 'OPR', 'Chrome'][Math.floor(index / systems.length)];
  return `Mozilla/5.0 (${systems[index % systems.length]}) AppleWebKit/537.36 Chrome/142.0 ${name}/142.0`;
};
const signIn = (agent: string, address = '203.0.113.7', by = createVisitor(running)) =>
  by.signIn().set('User-Agent', agent).set('X-Forwarded-For', address);

describe('sign-ins on a new device', () => {
  it('are told by one letter a day for each device and network, and all are in the activity', async () => {
    for (let count = 0; count < 3; count++) await signIn(browser(140));
    expect(await news('sign_in')).toMatchObject([{ to: person.email, device: 'Firefox on Linux' }]);
    expect(await links('lockdown')).toHaveLength(1);
    expect(
      (await entries('sign_in').where({ device: 'Firefox on Linux' })).map(({ times }) => times),
    ).toEqual([3]);
    await signIn(browser(140), '198.51.100.1');
    await signIn(device(1));
    expect((await news('sign_in')).map((letter) => letter.device)).toEqual([
      'Firefox on Linux',
      'Firefox on Linux',
      expect.not.stringContaining('Linux'),
    ]);
  });

  it('are told again after what ended trust, and on the next day', async () => {
    await signIn(browser(140));
    await db()('users').increment('epoch', 1);
    await signIn(browser(140));
    expect(await news('sign_in')).toHaveLength(2);
    await signIn(browser(140));
    expect(await news('sign_in')).toHaveLength(2);
    await db()('rate_limits')
      .where('key', 'like', 'letters-%')
      .update({ expire: Date.now() - 1 });
    await signIn(browser(140));
    expect(await news('sign_in')).toHaveLength(3);
  });

  it('on many devices are told so many times an hour, and one that was not told is told later', async () => {
    const { points } = limits.lettersOfEvent;
    for (let index = 0; index <= points; index++) await signIn(browser(140), `198.51.${index}.1`);
    expect(await news('sign_in')).toHaveLength(points);
    expect(eventsOf(running, 'rate_limited')).toMatchObject([
      { reason: 'letters about sign_in', outcome: 'refused', user: expect.any(String) },
    ]);
    await db()('rate_limits').where('key', 'like', 'letters-event%').delete();
    await signIn(browser(140), `198.51.${points}.1`);
    expect(await news('sign_in')).toHaveLength(points + 1);
  });
});

describe('noise of one kind', () => {
  it('fills neither activity nor outbox, and hides nothing of another kind', async () => {
    const { body } = await visitor.createPasskey();
    const names = limits.entriesOfEvent.points + 3;
    for (let number = 0; number < names; number++)
      await visitor.postForm(paths.renamePasskey(body.passkey.id), { name: `No. ${number}` });
    const renamed = await entries('passkey_renamed');
    expect(renamed).toHaveLength(limits.entriesOfEvent.points + 1);
    expect(renamed.reduce((sum, { times }) => sum + times, 0)).toBe(names);
    const { text } = await visitor.get(paths.activity);
    expect(text).toContain('<strong>Passkey renamed</strong>');
    expect(text).toContain('3 times, last on');
    expect(await entries('passkey_registered')).toHaveLength(1);
  });

  it('of letters keeps no letter of another kind back, and every letter has its link', async () => {
    await visitor.createPasskey();
    const { points } = limits.addressChanges;
    for (let number = 0; number < points + 3; number++)
      await visitor.postForm(paths.email, { email: `new.${number}@example.com` });
    // What is asked for is told to the address that the account has, each time; beyond that nothing is asked for.
    expect((await letters()).filter(({ kind }) => kind === 'change-email')).toHaveLength(points);
    expect(await links('change-email')).toHaveLength(points);
    expect(await news('email_change_requested')).toHaveLength(points);
    expect(eventsOf(running, 'rate_limited')).toHaveLength(3);
    await visitor.postForm(paths.password, { current: person.password, password: 'difference-engine-no-2' });
    expect(await news('password_changed')).toHaveLength(1);
    expect(await news('passkey_registered')).toHaveLength(1);
    await running.createAccount('somebody.else@example.com', person.password);
    const told = (await letters()).filter(({ kind }) => kind === 'news').length;
    expect(await links('lockdown')).toHaveLength(told);
    await running.database.db('users').where({ email: person.email }).delete();
    await running.createAccount(person.email, person.password);
  });

  it('waits while no mail goes out, in a bounded number for each kind of event', async () => {
    const most = limits.waitingLettersOfEvent;
    for (let index = 0; index < most + 1; index++) {
      await db()('rate_limits').delete();
      await signIn(browser(140), `198.51.${index}.1`);
    }
    expect(await news('sign_in')).toHaveLength(most);
    expect(await links('lockdown')).toHaveLength(most);
    await visitor.createPasskey();
    expect(await news('passkey_registered')).toHaveLength(1);
    // As when they have gone out.
    await db()('outbox').delete();
    await signIn(browser(140), '198.51.99.1');
    expect(await news('sign_in')).toHaveLength(1);
  });
});

it('what is counted for an account names nobody', async () => {
  await signIn(browser(140));
  const { id } = await db()('users').where({ email: person.email }).first('id');
  const keys = (await db()('rate_limits').pluck('key')).filter((key) => key.startsWith('letters-'));
  expect(keys.map((key) => key.replace(/:.+/, '')).sort()).toEqual(['letters-event', 'letters-merged']);
  for (const key of keys) expect(key).not.toContain(id);
});
