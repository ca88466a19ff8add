/** What waiting cannot mend, of databases that really refuse: each is told with a setting and what to do, by whoever asks. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import tlsOptions from 'smtp-server/lib/tls-options.js';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openDatabase } from '../../../src/db/database.ts';
import { isDatabaseUnavailable } from '../../../src/db/faults.ts';
import { migrate } from '../../../src/db/migrate.ts';
import { endsStart } from '../../../src/db/misconfiguration.ts';
import { tryWriting } from '../../../src/db/probe.ts';
import {
  type Answer,
  answering,
  ofVersion,
  refusing,
  refusingParameters,
  saying,
  showing,
} from '../../support/answering-server.ts';
import { runChore } from '../../support/chores.ts';
import { createTestDatabase } from '../../support/database.ts';
import { asAdministrator } from '../../support/postgres.ts';
import { postgresTemplate } from '../../support/template.ts';

const isPostgres = process.env.TEST_DATABASE === 'postgres';
const certificate = tlsOptions() as { key: string; cert: string };
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'latchkey-test-'));
  await writeFile(path.join(directory, 'authority.pem'), certificate.cert);
});
afterAll(() => rm(directory, { recursive: true }));

/** Gets a database ready, as a start does. @returns what was thrown */
async function start(url: string): Promise<unknown> {
  const db = openDatabase(url, '/');
  try {
    await migrate(db);
    await tryWriting(db);
    return null;
  } catch (error) {
    return error;
  } finally {
    await db.destroy();
  }
}

/** The sentence that ends a start, which the doctor says as well; neither has the password, a statement, or a stack in it. */
async function sentenceAbout(url: string): Promise<string | null> {
  const sentence = endsStart(await start(url));
  const { out, err } = await runChore(['doctor'], { databaseUrl: url });
  const finding = out.split('\n').find((line) => line.slice(9).startsWith('database: '));
  if (sentence) expect(finding).toContain(sentence.replace('The database cannot be used: ', ''));
  expect(out + err + sentence).not.toMatch(/sesame|create table|select |insert into|^ +at /im);
  return sentence;
}

/** The same, of a server that answers so. */
async function sentenceAboutAnswer(answer: Answer, search = ''): Promise<string | null> {
  const server = await answering(() => answer);
  const sentence = await sentenceAbout(`${server.url}${search.replace('DIRECTORY', directory)}`);
  await server.close();
  return sentence;
}

const encrypted = '?sslmode=verify-full';

describe('a start', () => {
  it.each<[what: string, answer: Answer, words: RegExp, search?: string]>([
    [
      'a pooler that refuses a parameter',
      refusingParameters,
      /parameter \(options\).*DATABASE_URL/,
      '?options=-c%20jit%3Doff',
    ],
    [
      'a pooler without transactions',
      refusing('08P01', 'transaction blocks not allowed in statement pooling mode'),
      /pool_mode/,
    ],
    [
      'a pooler that knows no such database',
      refusing('08P01', 'no such database: latchkey'),
      /no database of that name/,
    ],
    [
      'a pooler that does not take the password',
      refusing('08P01', 'SASL authentication failed'),
      /the user and the password of DATABASE_URL/,
    ],
    ['a pooler that is spoken to in the clear', refusing('08P01', 'SSL required'), /sslmode=verify-full/],
    ['a web server', saying('HTTP/1.1 400 Bad Request\r\n\r\n'), /no PostgreSQL.*host and the port/],
    [
      'a web server, asked for encryption',
      saying('HTTP/1.1 400 Bad Request\r\n\r\n'),
      /no PostgreSQL.*host and the port/,
      encrypted,
    ],
    ['a server of SSH', saying('SSH-2.0-OpenSSH_9.2\r\n'), /no PostgreSQL.*host and the port/],
    ['a server of Redis', saying('-ERR unknown command\r\n'), /no PostgreSQL.*host and the port/],
    [
      'another database with the same protocol',
      ofVersion('CockroachDB CCL v23.1.11 (x86_64-pc-linux-gnu)'),
      /older than 13/,
    ],
    ['a server that is too old', ofVersion('PostgreSQL 9.6.24 on x86_64-pc-linux-gnu'), /older than 13/],
    ['a server without encryption, asked for it', saying('N'), /sslmode.*the server has none/, encrypted],
    [
      'a certificate that has expired',
      showing(certificate),
      /not valid today/,
      `${encrypted}&sslrootcert=DIRECTORY/authority.pem`,
    ],
  ])('ends with a sentence before %s', async (_, answer, words, search) => {
    expect(await sentenceAboutAnswer(answer, search)).toMatch(words);
  });

  it.each<[what: string, answer: Answer]>([
    ['is starting', refusing('57P03', 'the database system is starting up')],
    ['has no connection left', refusing('53300', 'sorry, too many clients already')],
    ['cannot start a process', saying('Ecould not fork new process for connection\n\0')],
    ['hangs up', saying('')],
    [
      'is behind a pooler that does not reach it',
      refusing('08P01', 'server login has been failing, try again later (server_login_retry)'),
    ],
    ['is behind a pooler that is full', refusing('08P01', 'no more connections allowed (max_client_conn)')],
  ])('waits for a server that %s', async (_, answer) => {
    expect(await sentenceAboutAnswer(answer)).toBeNull();
  });

  it('waits for a server that nobody reaches, and for a host that has no address yet', async () => {
    expect(await sentenceAbout('postgres://app:sesame@127.0.0.1:1/latchkey')).toBeNull();
    expect(await sentenceAbout('postgres://app:sesame@db.invalid/latchkey')).toBeNull();
  });

  it.each([
    ['DEPTH_ZERO_SELF_SIGNED_CERT', /sslrootcert=FILE/],
    ['SELF_SIGNED_CERT_IN_CHAIN', /sslrootcert=FILE/],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', /sslrootcert=FILE/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /sslrootcert=FILE/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /for another name/],
    ['CERT_NOT_YET_VALID', /clock of this machine/],
  ])('ends with a sentence for a certificate of which Node says %s', (code, words) => {
    expect(endsStart(Object.assign(new Error('in the words of OpenSSL'), { code }))).toMatch(words);
  });

  it('sends no parameter that a pooler refuses', async () => {
    const server = await answering(() => refusingParameters);
    expect(await start(server.url)).toMatchObject({ message: 'nothing is refused' });
    await server.close();
  });
});

(isPostgres ? describe : null)?.('a start on PostgreSQL', () => {
  /** The server, as somebody else, or with something else in the URL. */
  function urlWith(other: Partial<URL>, search = ''): string {
    const url = Object.assign(new URL(inject('postgresUrl')), other);
    url.search = search;
    return url.href;
  }
  const as = (username: string, pathname = '/postgres') =>
    urlWith({ username, password: 'sesame', pathname });
  const administrate = (statement: string) => asAdministrator(inject('postgresUrl'), statement);

  beforeAll(async () => {
    await administrate("CREATE ROLE weak LOGIN PASSWORD 'sesame'");
    await administrate("CREATE ROLE retired NOLOGIN PASSWORD 'sesame'");
    await administrate(`CREATE DATABASE replica TEMPLATE ${postgresTemplate} STRATEGY file_copy`);
    await administrate("CREATE ROLE reader LOGIN PASSWORD 'sesame'");
    await administrate('GRANT pg_read_all_data TO reader');
    await administrate('ALTER DATABASE replica SET default_transaction_read_only = on');
  });
  afterAll(async () => {
    await administrate('DROP DATABASE replica WITH (FORCE)');
    for (const role of ['weak', 'retired', 'reader']) await administrate(`DROP ROLE ${role}`);
  });

  it.each<[what: string, url: () => string, words: RegExp]>([
    ['a wrong password', () => urlWith({ password: 'sesame' }), /the user and the password of DATABASE_URL/],
    ['no password', () => urlWith({ password: '' }), /the user and the password of DATABASE_URL/],
    ['nobody who may sign in', () => as('retired'), /not permitted to log in.*user in DATABASE_URL/],
    ['a database that does not exist', () => urlWith({ pathname: '/nowhere' }), /no database of that name/],
    ['a server that only reads', () => urlWith({ pathname: '/replica' }), /Name the primary in DATABASE_URL/],
    [
      'a parameter that there is not',
      () => urlWith({}, '?options=-c%20nonsense%3D1'),
      /parameter.*nonsense.*DATABASE_URL/,
    ],
    ['encryption that it does not have', () => urlWith({}, encrypted), /sslmode.*the server has none/],
  ])('ends with a sentence on %s', async (_, url, words) => {
    expect(await sentenceAbout(url())).toMatch(words);
  });

  it('ends with a sentence for somebody who may make no tables, and who may read and not write', async () => {
    expect(endsStart(await start(as('weak')))).toMatch(
      /may not do what is needed \(permission denied for schema public\)\. Grant it, or run npm run db:migrate/,
    );
    expect(
      await sentenceAbout(`${as('reader', '/replica')}?options=-c%20default_transaction_read_only%3Doff`),
    ).toMatch(/permission denied for table/);
  });

  it('people who come when the password has been changed under a running process are told to wait', async () => {
    for (const url of [urlWith({ password: 'sesame' }), urlWith({ pathname: '/nowhere' }), as('retired')])
      expect(isDatabaseUnavailable(await start(url))).toBe(true);
  });
});

(isPostgres ? null : describe)?.('a start on SQLite', () => {
  const file = (name: string) => path.join(directory, name);
  let whole: Buffer;
  beforeAll(async () => {
    const database = await createTestDatabase();
    whole = await readFile(database.url.replace('sqlite:', ''));
    await database.drop();
  });

  it.each<[what: string, name: string, content: () => Buffer | string, words: RegExp]>([
    ['a letter', 'letter', () => 'Not a database. '.repeat(100), /not a database.*DATABASE_URL/],
    [
      'a database that is damaged',
      'bad',
      () => Buffer.concat([whole.subarray(0, 4096), Buffer.alloc(50_000, 255)]),
      /damaged.*backup/,
    ],
    ['a database that was cut off', 'short', () => whole.subarray(0, 5_000), /damaged.*backup/],
  ])('ends with a sentence on %s, and leaves it', async (_, name, content, words) => {
    await writeFile(file(name), content());
    expect(await sentenceAbout(`sqlite:${file(name)}`)).toMatch(words);
    expect(await readFile(file(name))).toEqual(Buffer.from(content()));
  });
});
