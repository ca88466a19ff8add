/** Starts with a file of settings, and with files around the application that are not what they should be. */
import { spawn } from 'node:child_process';
import {
  chmod,
  chown,
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { brand } from '../../src/brand.ts';
import { built, root } from '../support/built.ts';
import { freePort } from '../support/free-port.ts';

/** Root may write everywhere: then this user, who owns nothing, is the one who starts. */
const nobody = 65_534;
const isRoot = process.getuid?.() === 0;
/** The template's, so that nobody has to make a signing key. */
const secret = inject('secretKey');

const directories: string[] = [];
beforeAll(() => void built('server.js'));
afterAll(() => Promise.all(directories.map(removed)));

async function removed(directory: string): Promise<void> {
  await chmod(path.join(directory, 'data'), 0o755).catch(() => {});
  await rm(directory, { recursive: true });
}

/** A project with the build and nothing else that is its own, which everybody may read. */
async function project(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'latchkey-test-'));
  directories.push(directory);
  await chmod(directory, 0o755);
  for (const name of ['node_modules', 'views', 'public'])
    await symlink(path.join(root, name), path.join(directory, name));
  const isScript = (file: string) => !file.endsWith('.map');
  await cp(path.join(root, 'dist'), path.join(directory, 'dist'), { recursive: true, filter: isScript });
  return directory;
}

type Ended = { code: number | null; output: string };

/** Runs a bundle until it ends, or serves, which ends it. */
async function run(
  directory: string,
  args: string[],
  env: Record<string, string> = {},
  uid?: number,
): Promise<Ended> {
  const child = spawn(process.execPath, args, {
    cwd: directory,
    env: { PATH: process.env.PATH, PORT: String(await freePort()), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 45_000,
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk;
      // Once: a second signal ends it at once.
      if (output.includes('is serving') && !child.killed) child.kill('SIGTERM');
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output };
}

const start = (directory: string, env: Record<string, string> = {}, uid?: number) =>
  run(directory, ['dist/server.js'], env, uid);
const doctor = (directory: string, env: Record<string, string> = {}, uid?: number) =>
  run(directory, ['dist/chores.js', 'doctor'], env, uid);

/** It ends with the sentence; nobody is shown a stack, or a secret. */
function expectSentence({ code, output }: Ended, sentence: RegExp): void {
  expect(output).toMatch(sentence);
  expect([code, /^\s+at /m.test(output)]).toEqual([1, false]);
  expect(output).not.toContain(secret);
}

/** The same sentence from the start, which it ends, and from the doctor. */
async function bothSay(directory: string, sentence: RegExp, env: Record<string, string> = {}, uid?: number) {
  for (const ended of await Promise.all([start(directory, env, uid), doctor(directory, env, uid)]))
    expectSentence(ended, sentence);
}

describe('a file .env', { timeout: 60_000 }, () => {
  const lines = [
    'NODE_ENV=production',
    'ORIGIN=https://app.example.com',
    `SECRET_KEYS=${secret}`,
    'TRUST_PROXY=127.0.0.1',
    'LOG_LEVEL=error',
  ];

  it('is meant for production also with a byte order mark', async () => {
    const directory = await project();
    const url = `DATABASE_URL=${await databaseOf()}`;
    await writeFile(path.join(directory, '.env'), `\ufeff${[...lines, url].join('\r\n')}`);
    const { code, output } = await start(directory);
    const [first] = output.split('\n');
    expect([code, first]).toEqual([0, `${brand.name} is serving https://app.example.com`]);
  });

  it('ends the start when it cannot be read', async () => {
    const directory = await project();
    await mkdir(path.join(directory, '.env'));
    expectSentence(
      await start(directory),
      /^The settings are not usable:\n {2}- \.env cannot be read \(EISDIR\)/,
    );
  });

  it('ends the start when the environment leaves what it sets empty', async () => {
    const directory = await project();
    await writeFile(path.join(directory, '.env'), lines.join('\n'));
    expectSentence(
      await start(directory, { NODE_ENV: '' }),
      /- NODE_ENV is set in \.env and empty in the environment/,
    );
  });
});

describe('a database of development', () => {
  it('is not served to strangers: everybody knows the password of its account', async () => {
    const directory = await project();
    const development = { SECRET_KEYS: secret, SMTP_URL: 'smtp://127.0.0.1:1' };
    const file = path.join(directory, 'app.sqlite');
    const here = { ...development, DATABASE_URL: `sqlite:${file}` };
    expect((await start(directory, here)).output).toContain('Demo account: ');
    // Nor is it for anybody else of this machine.
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const stage = { NODE_ENV: 'production', ORIGIN: 'https://app.example.com', TRUST_PROXY: '127.0.0.1' };
    expectSentence(
      await start(directory, { ...here, ...stage }),
      /^DATABASE_URL is a database of development/m,
    );
  });
});

describe('a user who may not write', { timeout: 60_000 }, () => {
  const production = { NODE_ENV: 'production', ORIGIN: 'http://localhost:3000', SECRET_KEYS: secret };
  const uid = isRoot ? nobody : undefined;
  let directory: string;
  beforeAll(async () => {
    directory = await project();
    await mkdir(path.join(directory, 'data'));
    await writeFile(path.join(directory, 'data/latchkey.sqlite'), '', { mode: 0o444 });
    await chmod(path.join(directory, 'data'), 0o555);
  });

  it('is told of the directory of the database', () =>
    bothSay(
      directory,
      /^The database cannot be used \(EACCES\)\. Look at DATABASE_URL, which needs \S+\/data: let this user write there/m,
      production,
      uid,
    ));

  it('is told of the file of the database', async () => {
    const away = await project();
    const file = path.join(away, 'data/latchkey.sqlite');
    await mkdir(path.dirname(file));
    await writeFile(file, '', { mode: 0o444 });
    if (uid) await chown(path.dirname(file), uid, uid);
    expectSentence(
      await start(away, production, uid),
      /^The database cannot be used \(EACCES\)\. Look at DATABASE_URL, which needs \S+\/data\/latchkey\.sqlite: let/m,
    );
  });

  it('is told of the keys of development, and of the mails', async () => {
    expectSentence(
      await start(directory, {}, uid),
      /^SECRET_KEYS is not set, and no key can be kept in \S+ \(EACCES\): set/m,
    );
    expectSentence(
      await start(directory, { SECRET_KEYS: secret, DATABASE_URL: await databaseOf(uid) }, uid),
      /Mails cannot be kept in \S+\/data\/mail \(EACCES\)\. Let it be a folder/,
    );
  });
});

/** A database that is in order, of a user's own. */
async function databaseOf(uid?: number): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'latchkey-test-'));
  directories.push(directory);
  const file = path.join(directory, 'x.sqlite');
  await copyFile(inject('sqliteTemplate'), file);
  if (uid) for (const each of [directory, file]) await chown(each, uid, uid);
  return `sqlite:${file}`;
}

describe('what is there and is not what it should be', { timeout: 60_000 }, () => {
  it('ends the start with one thing after the other, and the doctor tells of all at once', async () => {
    const directory = await project();
    const assets = path.join(directory, 'public/assets');
    // Its own, because the manifest is broken below.
    await rm(path.join(directory, 'public'));
    await cp(path.join(root, 'public/assets'), assets, { recursive: true });
    const manifest = path.join(assets, 'manifest.json');
    const whole = await readFile(manifest);
    await writeFile(manifest, '{}');
    await mkdir(path.join(directory, 'data'));
    await writeFile(path.join(directory, 'data/mail'), '');
    const env = { SECRET_KEYS: secret, LOG_LEVEL: 'error', DATABASE_URL: await databaseOf() };
    const elsewhere = { ...env, HOST: '203.0.113.5' };
    const build = /public\/assets is not built, or not whole: run npm run build/;
    const mails = /Mails cannot be kept in \S+\/data\/mail \(E(EXIST|NOTDIR)\)\. /;
    const address = /HOST is no address of this machine \(EADDRNOTAVAIL\)\. Set it to 127\.0\.0\.1/;

    const told = await doctor(directory, elsewhere);
    for (const sentence of [build, mails, address]) expectSentence(told, sentence);
    expectSentence(await start(directory, elsewhere), mails);
    await rm(path.join(directory, 'data/mail'));
    expectSentence(await start(directory, elsewhere), build);
    await writeFile(manifest, whole);
    expectSentence(await start(directory, elsewhere), address);
  });

  it('ends the start: keys that are none', async () => {
    const directory = await project();
    await mkdir(path.join(directory, 'data'));
    await writeFile(path.join(directory, 'data/secret-keys'), '');
    expectSentence(
      await start(directory),
      /^SECRET_KEYS is not set, and \S+\/data\/secret-keys holds no key that can be used: remove/,
    );
  });

  it('is not made by the doctor, who only looks: no keys, no database, no folder of mails', async () => {
    const directory = await project();
    const before = await readdir(directory);
    const { code, output } = await doctor(directory);
    expect([code, output]).toEqual([1, expect.stringMatching(/^fault +database: there is no file/m)]);
    expect(output).toMatch(/^ok +secret keys: none yet: the first start makes one/m);
    expect(output).toMatch(/^ok +mail: kept in data\/mail/m);
    expect(await readdir(directory)).toEqual(before);
  });
});
