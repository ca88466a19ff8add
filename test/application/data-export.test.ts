/** The file with everything that is kept about somebody. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { ageProofs, sessionsOf } from '../support/aged-session.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';
import { brokenAnswer, createWire } from '../support/wire.ts';

const other = { email: 'grace@example.com', password: 'nanoseconds-of-wire-1906' };
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const wire = createWire();
let running: TestApp;
let visitor: Visitor;
beforeAll(async () => {
  running = await startApp({ wrapTransport: wire.wrapTransport });
  await running.createAccount(other.email, other.password);
  return () => running.close();
});
beforeEach(async () => {
  for (const table of ['sessions', 'activity', 'passkey_api_credentials', 'passkey_records'])
    await running.database.db(table).delete();
  running.log.length = 0;
  visitor = createVisitor(running);
  await visitor.signIn().set('User-Agent', firefox);
});
afterEach(() => wire.mend());

const exported = async () => JSON.parse((await visitor.postForm(paths.exportData)).text);
const noted = () => running.database.db('activity').where({ event: 'data_exported' });
const logged = () =>
  running.log.map((line) => JSON.parse(line)).filter(({ event }) => event === 'data_exported');
const isoTime = expect.stringMatching(/^20\d\d-\d\d-\d\dT[\d:.]{12}Z$/);

describe('one’s data', () => {
  it('[ASVS 15.3.1] is a file with the fields that are meant, and no other', async () => {
    await visitor.createPasskey();
    const { id } = await running.database.db('users').where({ email: person.email }).first('id');
    expect(await exported()).toEqual({
      account: {
        id,
        email: person.email,
        emailConfirmed: false,
        hasPassword: true,
        passwordChangedAt: isoTime,
        createdAt: isoTime,
        createsPasskeysAutomatically: true,
        asksForPasskeyAfterPasswordSince: null,
        recoveryCodesLeft: 0,
      },
      passkeys: [
        {
          name: 'Passkey · Unknown device',
          createdAt: isoTime,
          lastUsedAt: null,
          lastDevice: null,
          synced: true,
          createdAutomatically: false,
          worksOnlyAfterPassword: false,
        },
      ],
      sessions: [{ method: 'password', device: 'Firefox on Linux', createdAt: isoTime, lastSeenAt: isoTime }],
      signedActs: [],
      activity: [
        {
          event: 'passkey_registered',
          at: isoTime,
          method: null,
          device: 'Unknown device',
          network: '127.0.0.0',
          detail: 'Passkey · Unknown device',
          times: 1,
          lastAt: isoTime,
        },
        {
          event: 'sign_in',
          at: isoTime,
          method: 'password',
          device: 'Firefox on Linux',
          network: '127.0.0.0',
          detail: null,
          times: 1,
          lastAt: isoTime,
        },
      ],
    });
  });

  it('holds nothing that opens the account, and nothing of somebody else', async () => {
    await visitor.createPasskey();
    const stranger = createVisitor(running);
    await stranger.signIn(other);
    await stranger.createPasskey();
    const { text } = await visitor.postForm(paths.exportData);
    const [session] = await sessionsOf(running);
    const { password_hash } = await running.database.db('users').where({ email: person.email }).first();
    for (const secret of [session?.id_hash, session?.data.signInId, password_hash, 'argon2', other.email])
      expect(text).not.toContain(secret);
    expect(JSON.parse(text).passkeys).toHaveLength(1);
  });

  it('[ASVS 3.2.1, 5.4.1] is saved and not shown, is kept by no cache, and is noted', async () => {
    const { headers } = await visitor.postForm(paths.exportData);
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'content-disposition': 'attachment; filename="latchkey-data.json"',
      'cache-control': 'no-store',
    });
    expect([await noted(), logged()]).toEqual([
      [expect.objectContaining({ device: 'Unknown device' })],
      [expect.objectContaining({ outcome: 'success' })],
    ]);
    expect((await visitor.get(paths.activity)).text).toContain('Data downloaded');
  });

  it('is complete or not there at all', async () => {
    await visitor.createPasskey();
    wire.before = ({ path }) => (path.startsWith('credentials') ? brokenAnswer() : undefined);
    const refused = await visitor.postForm(paths.exportData);
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '10']);
    expect(refused.text).toContain('your data would not be complete');
    expect(refused.headers['content-disposition']).toBeUndefined();
    expect([await noted(), logged()]).toEqual([[], []]);
    expect((await visitor.get(paths.data)).status).toBe(200);
  });

  it('[ASVS 7.5.3] needs a recent proof, after which the page with the button is there again', async () => {
    await ageProofs(running, 601);
    const refused = await visitor.postForm(paths.exportData);
    const reauth = `${paths.reauth}?return_to=${encodeURIComponent(paths.exportData)}`;
    expect([refused.headers.location, refused.text]).toEqual([reauth, '']);
    expect(await noted()).toEqual([]);
    await visitor.postForm(paths.reauth, { password: person.password, return_to: paths.exportData });
    const back = await visitor.get(paths.exportData);
    expect(back.text).toContain('Download my data');
    expect(back.text).toContain('You can download your data now.');
    expect((await visitor.get(paths.exportData)).text).not.toContain('You can download');
    expect((await exported()).account.email).toBe(person.email);
  });

  it('is nothing for a guest, nor for a request from elsewhere', async () => {
    expect((await createVisitor(running).postForm(paths.exportData)).headers.location).toMatch(
      /^\/login\?session=ended/,
    );
    const foreign = await visitor.agent
      .post(paths.exportData)
      .set('Sec-Fetch-Site', 'cross-site')
      .type('form')
      .send({});
    expect([foreign.status, foreign.text.includes(person.email)]).toEqual([403, false]);
    expect(await noted()).toEqual([]);
  });
});
