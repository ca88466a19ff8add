/** What the doctor finds, in settings that are right and in settings that are not. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { loadConfig } from '../../src/config.ts';
import { createOutbox } from '../../src/mail/outbox.ts';
import { checkOrigin } from '../../src/tasks/check-settings.ts';
import type { Finding } from '../../src/tasks/finding.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { runChore } from '../support/chores.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';

let database: TestDatabase;
let mail: MailServer;
let running: TestApp;
beforeAll(async () => {
  database = await createTestDatabase();
  running = await startApp({ database });
  mail = await startMailServer();
});
afterAll(async () => {
  await running.close();
  await database.drop();
  await mail.stop();
});

const doctor = (env: Record<string, string> = {}) =>
  runChore(['doctor'], {
    databaseUrl: database.url,
    env: { SMTP_URL: mail.url, ORIGIN: running.origin, ...env },
  });

/** What was said about one thing. */
const about = (thing: string, out: string) =>
  out.split('\n').find((line) => line.slice(9).startsWith(`${thing}: `));

const placeOf = (url: string) => url.replace('sqlite:', 'SQLite, ');

describe('the doctor', () => {
  it('finds everything in order, and leaves no passkey, no account and no letter', async () => {
    const { code, out } = await doctor();
    expect(out.replaceAll(/:\d{4,5}\b/g, ':PORT')).toBe(
      [
        `ok       mode: test, on ${placeOf(database.url)}`,
        'ok       origin: http://localhost:PORT; passkeys belong to localhost, on this machine only',
        'ok       proxy: none is needed with an http origin',
        'ok       address: http://localhost:PORT leads here',
        'ok       secret keys: one, long enough for production',
        'ok       way to the database: does not leave this machine',
        'ok       database: reached, up to date, and takes writes; no account is in it yet',
        'ok       passkey API: the embedded API answers, takes our key, and makes passkeys for localhost',
        'ok       mail: 127.0.0.1:PORT answers, and takes mail from here',
        'ok       outbox: no letters wait',
        '',
      ].join('\n'),
    );
    expect(code).toBe(0);
    for (const table of ['users', 'passkey_api_credentials', 'outbox', 'activity'])
      expect(await database.db(table).select(), table).toEqual([]);
    expect(mail.mails).toEqual([]);
  });

  it('finds that browsers have no passkeys where there is no name, or no https', async () => {
    for (const [origin, words] of [
      ['http://app.example.com', / is not https/],
      ['https://203.0.113.5', / has no name.* such as https:\/\/app\.example\.com\.$/],
      ['http://[::1]:3000', / has no name.* such as http:\/\/localhost:3000\.$/],
    ] as const) {
      const config = loadConfig({ NODE_ENV: 'test', SECRET_KEYS: inject('secretKey'), ORIGIN: origin });
      expect(checkOrigin(config), origin).toEqual({
        state: 'fault',
        about: 'origin',
        sentence: expect.stringMatching(words),
      });
    }
    const { code, out } = await doctor({ ORIGIN: 'http://127.0.0.1:8080' });
    expect([code, about('origin', out)]).toEqual([
      1,
      expect.stringMatching(/^fault .* has no name.* such as http:\/\/localhost:8080\.$/),
    ]);
  });

  it('finds secret keys that production would not take, and does not tell them', async () => {
    const keys = [inject('secretKey'), 'short-as-sixteen'];
    const { code, out } = await doctor({ SECRET_KEYS: keys.join(',') });
    expect([code, about('secret keys', out)]).toEqual([
      0,
      expect.stringMatching(/^warning {2}secret keys: 2, not all/),
    ]);
    for (const key of keys) expect(out).not.toContain(key);
  });

  it.each([
    ['postgres://app:sesame@db.invalid/latchkey', /^warning .*not encrypted/],
    ['postgres://app:sesame@db.invalid/latchkey?sslmode=verify-full', /^ok .*encrypted, and/],
  ])('says whether the way to a database elsewhere is encrypted: %s', async (databaseUrl, words) => {
    const { out } = await runChore(['doctor'], { databaseUrl });
    expect(about('way to the database', out)).toMatch(words);
    expect(out).not.toContain('sesame');
  });

  it.each([
    ['DATABASE_URL', 'postgres://app:se#same@db.example.com/latchkey', 'must look like postgres://'],
    ['DATABASE_URL', 'sqlite://rel/x.sqlite', 'has two slashes after sqlite:'],
    ['SMTP_URL', 'smtp://sesame@mail.example.com', 'has a user and no password'],
    ['HOST', 'localhost:3000', 'must be an address or a name of this machine'],
    ['NODE_ENV', '"production"', 'is in quotes'],
    ['NODE_EVN', 'production', 'is no setting: NODE_ENV is meant'],
  ])('ends with a setting that would be taken for another: %s=%s', async (name, value, words) => {
    const rest = name === 'NODE_EVN' ? { NODE_ENV: '' } : {};
    const { code, out, err } = await doctor({ ...rest, [name]: value });
    expect([code, out, err]).toEqual([1, '', expect.stringContaining(`\n  - ${name} ${words}`)]);
    expect(err).not.toMatch(/same|x\.sqlite/);
  });

  it('finds a file where the database would be', async () => {
    const { code, out, err } = await doctor({ DATABASE_URL: `sqlite:${import.meta.filename}/x.sqlite` });
    expect([code, out, err]).toEqual([
      1,
      '',
      expect.stringMatching(
        /^The database cannot be used \(E\w+\)\. Look at DATABASE_URL, which needs \/.+: let/,
      ),
    ]);
  });

  it('ends with the settings that are missing in production', async () => {
    const { code, out, err } = await doctor({ NODE_ENV: 'production', SECRET_KEYS: '', ORIGIN: '' });
    expect([code, out, err]).toEqual([1, '', expect.stringContaining('ORIGIN is missing')]);
  });
});

describe('the doctor, for programs', () => {
  const json = async (env: Record<string, string> = {}) => {
    const { code, out, err } = await runChore(['doctor', '--json'], {
      databaseUrl: database.url,
      env: { SMTP_URL: mail.url, ORIGIN: running.origin, ...env },
    });
    expect([out.match(/\n/g)?.length, err]).toEqual([1, '']);
    return { code, ...JSON.parse(out) };
  };

  it('says the same in one line of JSON, with the worst of it in front', async () => {
    const lines = (await doctor()).out.trimEnd().split('\n');
    const { code, result, findings, ...more } = await json();
    expect([code, result, more]).toEqual([0, 'ok', {}]);
    expect(findings.map(({ state, about }: Finding) => `${state.padEnd(8)} ${about}`)).toEqual(
      lines.map((line) => line.split(': ')[0]),
    );
    expect(Object.keys(findings[0])).toEqual(['state', 'about', 'sentence']);
    expect(await json({ SMTP_URL: '' })).toMatchObject({ code: 0, result: 'warning' });
    expect(await json({ SMTP_URL: 'smtp://127.0.0.1:1' })).toMatchObject({ code: 1, result: 'fault' });
  });

  it('says so also what ends the start', async () => {
    const settings = await json({ PORT: 'nowhere', HSTS: 'never' });
    expect(settings).toEqual({
      code: 1,
      result: 'fault',
      findings: [
        { state: 'fault', about: 'start', sentence: expect.stringMatching(/^PORT must/) },
        { state: 'fault', about: 'start', sentence: expect.stringMatching(/^HSTS must/) },
      ],
    });
    const { findings } = await json({ DATABASE_URL: `sqlite:${import.meta.filename}/x.sqlite` });
    expect(findings).toEqual([
      { state: 'fault', about: 'start', sentence: expect.stringMatching(/^The database cannot be used/) },
    ]);
  });

  it('is the only chore that is asked so', async () => {
    const other = await runChore(['db:status', '--json'], { databaseUrl: database.url });
    expect([other.code, other.err]).toEqual([
      2,
      expect.stringMatching(/^Usage: npm run chores -- db:status\n/),
    ]);
    const { err } = await runChore(['doctor', '--print'], { databaseUrl: database.url });
    expect(err).toMatch(/^Usage: npm run chores -- doctor \[--json\]\n/);
  });
});

describe('the doctor, of mail', () => {
  it('finds a server that is not there, and none at all', async () => {
    const gone = await doctor({ SMTP_URL: 'smtp://someone:sesame@127.0.0.1:1' });
    expect([gone.code, about('mail', gone.out)]).toEqual([
      1,
      expect.stringMatching(/^fault .*ECONNREFUSED.*Look at SMTP_URL/),
    ]);
    expect(gone.out + gone.err).not.toContain('sesame');
    const none = await doctor({ SMTP_URL: '' });
    expect([none.code, about('mail', none.out)]).toEqual([
      0,
      expect.stringMatching(/^warning .* nobody can sign up or reset a password/),
    ]);
  });

  it('finds a server that does not take our password', async () => {
    const strict = await startMailServer({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: (_auth, _session, done) => done(new Error('no')),
    });
    const { code, out, err } = await doctor({ SMTP_URL: strict.url.replace('//', '//someone:sesame@') });
    await strict.stop();
    expect([code, about('mail', out)]).toEqual([1, expect.stringMatching(/^fault .*535 AUTH/)]);
    expect(out + err).not.toContain('sesame');
  });

  it('finds a server whose certificate is not good, and does not send anybody to SMTP_URL for it alone', async () => {
    const strange = await startMailServer({ secure: true, logger: false });
    const { code, out } = await doctor({ SMTP_URL: strange.url.replace('smtp:', 'smtps:') });
    await strange.stop();
    expect([code, about('mail', out)]).toEqual([
      1,
      expect.stringMatching(/^fault .*not good \(CERT_HAS_EXPIRED CONN\).*Let it be renewed, or name/),
    ]);
  });

  it('finds letters that wait, and minds those that wait for long', async () => {
    await createOutbox(database.db).add({ kind: 'confirm-email', userId: randomUUID() } as { kind: string });
    expect(about('outbox', (await doctor()).out)).toMatch(/^ok .*one letter waits, the oldest since 20/);
    await database.db('outbox').update({ created_at: '2026-01-01T00:00:00.000Z' });
    const { code, out } = await doctor();
    await database.db('outbox').delete();
    expect([code, about('outbox', out)]).toEqual([
      0,
      expect.stringMatching(/^warning .*since 2026-01-01.*Look whether the server runs/),
    ]);
  });
});
