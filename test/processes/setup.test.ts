/** Starts with a file of settings, and with files around the application that are not what they should be. */
import { execFile, spawn } from 'node:child_process';
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
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { demo } from '../../src/accounts/demo-account.ts';
import { built, root } from '../support/built.ts';
import { runChore } from '../support/chores.ts';
import { freePort } from '../support/free-port.ts';

/** Root may write everywhere: then this user, who owns nothing, is the one who starts. */
const nobody = 65_534;
const isRoot = process.getuid?.() === 0;
/** The template's, so that nobody has to make a signing key. */
const secret = inject('secretKey');

const directories: string[] = [];
/** What is tried in it comes one after the other, from nothing to what is not what it should be. */
let directory: string;
beforeAll(async () => {
  built('server.js');
  directory = await project();
});
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
    if (isRoot) await copyForNobody(name, directory);
    else await symlink(path.join(root, name), path.join(directory, name));
  const isScript = (file: string) => !file.endsWith('.map');
  await cp(path.join(root, 'dist'), path.join(directory, 'dist'), { recursive: true, filter: isScript });
  return directory;
}

/** Nobody may not enter the home of root, in which this project may be. */
async function copyForNobody(name: string, directory: string): Promise<void> {
  const parts = name === 'node_modules' ? [...(await packagesNeeded())] : [''];
  const isSource = (file: string) => /\/node_modules\/sqlite3\/(deps|src|build\/Release\/obj)/.test(file);
  for (const part of parts) {
    const to = path.join(directory, name, part);
    await cp(path.join(root, name, part), to, { recursive: true, filter: (file) => !isSource(file) });
  }
  await promisify(execFile)('chmod', ['-R', 'a+rX', path.join(directory, name)]);
}

/** What the bundles load from outside themselves, with what that needs. */
async function packagesNeeded(): Promise<Set<string>> {
  const needed = new Set<string>();
  const waiting = ['@node-rs/argon2', 'pg', 'sqlite3'];
  for (let name = waiting.pop(); name; name = waiting.pop()) {
    const file = path.join(root, 'node_modules', name, 'package.json');
    // Of packages for one platform each, this one's alone is installed.
    const text = needed.has(name) ? null : await readFile(file, 'utf8').catch(() => null);
    if (text === null) continue;
    needed.add(name);
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(text);
    waiting.push(...Object.keys({ ...dependencies, ...optionalDependencies }));
  }
  return needed;
}

type Ended = { code: number | null; output: string };

/** Runs a bundle until it ends. */
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
      // One that serves nevertheless need not go on.
      if (output.includes('is serving')) child.kill('SIGKILL');
    });
  }
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output };
}

const start = (directory: string, env: Record<string, string> = {}, uid?: number) =>
  run(directory, ['dist/server.js'], env, uid);
const doctor = (directory: string, env: Record<string, string> = {}, uid?: number) =>
  run(directory, ['dist/chores.js', 'doctor'], env, uid);
/** A chore that reads the settings and opens the database as a start does, and loads half as much to do it. */
const status = (directory: string, env: Record<string, string> = {}, uid?: number) =>
  run(directory, ['dist/chores.js', 'db:status'], env, uid);

/** It ends with the sentence; nobody is shown a stack, or a secret. */
function expectSentence({ code, output }: Ended, sentence: RegExp): void {
  expect(output).toMatch(sentence);
  expect([code, /^\s+at |"level":"fatal"/m.test(output)]).toEqual([1, false]);
  expect(output).not.toContain(secret);
}

/** A database that is in order, of a user's own. */
async function databaseOf(uid?: number): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'latchkey-test-'));
  directories.push(directory);
  const file = path.join(directory, 'x.sqlite');
  await copyFile(inject('sqliteTemplate'), file);
  if (uid) for (const each of [directory, file]) await chown(each, uid, uid);
  return `sqlite:${file}`;
}

describe('in a directory that has nothing yet', { timeout: 60_000 }, () => {
  it('the doctor only looks: no keys, no database, no folder of mails', async () => {
    const before = await readdir(directory);
    const { code, output } = await doctor(directory);
    expect([code, output]).toEqual([
      1,
      expect.stringMatching(
        /^fault +database: there is no file \S+\.sqlite\. Put it back, or start the server, which makes one\.$/m,
      ),
    ]);
    expect(output).toMatch(/^ok +secret keys: none yet: the first start makes one/m);
    expect(output).toMatch(/^ok +mail: kept in data\/mail/m);
    expect(await readdir(directory)).toEqual(before);
  });

  it('a file .env that cannot be read ends what reads the settings', async () => {
    const file = path.join(directory, '.env');
    await mkdir(file);
    expectSentence(
      await status(directory),
      /^The settings are not usable:\n {2}- \.env cannot be read \(EISDIR\)/,
    );
  });

  describe('a file .env', () => {
    beforeAll(async () => {
      await rm(path.join(directory, '.env'), { recursive: true, force: true });
      const databaseUrl = await databaseOf();
      const created = { databaseUrl, input: `${demo.password}\n` };
      expect((await runChore(['user:create', demo.email], created)).code).toBe(0);
      const lines = [
        'NODE_ENV=production',
        'ORIGIN=https://app.example.com',
        `SECRET_KEYS=${secret}`,
        'TRUST_PROXY=127.0.0.1',
        'LOG_LEVEL=error',
        `DATABASE_URL=${databaseUrl}`,
      ];
      await writeFile(path.join(directory, '.env'), `\ufeff${lines.join('\r\n')}`);
    });

    it('ends what reads the settings when the environment leaves what it sets empty', async () =>
      expectSentence(
        await status(directory, { NODE_ENV: '' }),
        /- NODE_ENV is set in \.env and empty in the environment/,
      ));

    it('is meant for production also with a byte order mark: a database of development is not served to strangers, since everybody knows the password of its account', async () =>
      expectSentence(await start(directory), /^DATABASE_URL is a database of development/m));
  });
});

describe('whoever may not write, or has what is not what it should be,', { timeout: 60_000 }, () => {
  const uid = isRoot ? nobody : undefined;
  let data: string;
  beforeAll(async () => {
    await rm(path.join(directory, '.env'));
    data = path.join(directory, 'data');
    await mkdir(data);
    await writeFile(path.join(data, 'latchkey.sqlite'), '', { mode: 0o444 });
    await chmod(data, 0o555);
  });
  const production = { NODE_ENV: 'production', ORIGIN: 'http://localhost:3000', SECRET_KEYS: secret };

  it('is told of the directory of the database, and of its file', async () => {
    expectSentence(
      await status(directory, production, uid),
      /^The database cannot be used \(EACCES\)\. Look at DATABASE_URL, which needs \S+\/data: let this user write there/m,
    );
    const DATABASE_URL = await databaseOf(uid);
    const file = DATABASE_URL.replace('sqlite:', '');
    await chmod(file, 0o444);
    expectSentence(
      await status(directory, { ...production, DATABASE_URL }, uid),
      /^The database cannot be used \(EACCES\)\. Look at DATABASE_URL, which needs \S+\/x\.sqlite: let/m,
    );
  });

  it('is told of one thing after the other by the start, which each ends, and of all at once by the doctor', async () => {
    const assets = path.join(directory, 'public/assets');
    // Its own, because the manifest is broken below.
    await rm(path.join(directory, 'public'), { recursive: true });
    await cp(path.join(root, 'public/assets'), assets, { recursive: true });
    // Made on the way, and therefore by the umask of whoever runs this.
    await chmod(path.dirname(assets), 0o755);
    const manifest = path.join(assets, 'manifest.json');
    const whole = await readFile(manifest);
    await writeFile(manifest, '{}');
    const env = { SECRET_KEYS: secret, LOG_LEVEL: 'error', DATABASE_URL: await databaseOf(uid) };
    const elsewhere = { ...env, HOST: '203.0.113.5' };
    const build = /public\/assets is not built, or not whole: run npm run build/;
    const mails = /Mails cannot be kept in \S+\/data\/mail \(EACCES\)\. Let it be a folder/;
    const address = /HOST is no address of this machine \(EADDRNOTAVAIL\)\. Set it to 127\.0\.0\.1/;

    const told = await doctor(directory, elsewhere, uid);
    for (const sentence of [build, mails, address]) expectSentence(told, sentence);
    expectSentence(await start(directory, elsewhere, uid), mails);
    await chmod(data, 0o777);
    expectSentence(await start(directory, elsewhere, uid), build);
    await writeFile(manifest, whole);
    expectSentence(await start(directory, elsewhere, uid), address);
  });
});
