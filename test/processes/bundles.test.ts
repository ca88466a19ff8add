/**
 * What a build puts where: the server's bundle holds nothing that only developers need. What a build for production leaves
 * out, brand.test.ts shows, and that a start in production loads none of it, production.test.ts.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { copyFile, cp, mkdtemp, readdir, readFile, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { brand } from '../../src/brand.ts';
import { built, root } from '../support/built.ts';
import { freePort } from '../support/free-port.ts';

/** A directory that a built server can be started from: the application's own views and packages, and a copy of its build. */
async function copyOfBuild(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'latchkey-test-'));
  for (const name of ['node_modules', 'views', 'esbuild.config.ts', 'package.json'])
    await symlink(path.join(root, name), path.join(directory, name));
  const isRun = (file: string) => !file.endsWith('.map');
  for (const name of ['dist', 'public/assets'])
    await cp(path.join(root, name), path.join(directory, name), { recursive: true, filter: isRun });
  return directory;
}

let directory: string;
beforeAll(async () => {
  built('server.js');
  directory = await copyOfBuild();
});
afterAll(() => rm(directory, { recursive: true }));

/** What one says, with the strings whole that the build has continued on the next line. */
async function bundle(name: string): Promise<string> {
  return (await readFile(path.join(root, 'dist', name), 'utf8')).replaceAll('\\\n', '');
}

describe('the bundles', () => {
  it('keep the ceremony viewer and the mailbox out of the server, beside which they lie', async () => {
    const server = await bundle('server.js');
    expect(server).toContain('import("./development.js")');
    expect(server).not.toMatch(/dev\/(ceremonies|mailbox)/);
    const { sources } = JSON.parse(await bundle('server.js.map')) as { sources: string[] };
    expect(sources.length).toBeGreaterThan(80);
    expect(sources.filter((source) => source.includes('src/development/'))).toEqual([]);
    const tools = await bundle('development.js');
    for (const address of ['/dev/ceremonies', '/dev/mailbox']) expect(tools).toContain(address);
    // Only who sends mail needs what sends it.
    expect(tools).not.toContain('createTransport');
  });

  it('have no character beyond Latin-1, with which V8 would keep all of one at twice its size', async () => {
    const names = (await readdir(path.join(root, 'dist'))).filter((name) => name.endsWith('.js'));
    expect(names).toEqual(expect.arrayContaining(['server.js', 'chores.js', 'development.js']));
    for (const name of names) expect(await bundle(name)).not.toMatch(/[\u{100}-\u{10ffff}]/u);
  });
});

describe('what a start need not wait for', () => {
  const late = ['undici', 'nodemailer', '@peculiar/x509', '@peculiar/asn1-x509'];

  it('is in the bundle, and runs when it is first used', async () => {
    const server = await bundle('server.js');
    const { sources } = JSON.parse(await bundle('server.js.map')) as { sources: string[] };
    expect(sources.filter((source) => late.some((name) => source === `lazy:${name}`))).toHaveLength(
      late.length,
    );
    for (const loading of ['require_undici()', 'require_nodemailer()', 'require_x509_cjs()']) {
      const used = server.split(loading);
      expect([loading, used.length]).toEqual([loading, 2]);
      expect(used[0]).toMatch(/get:\(_,\s*name\)=>$/);
    }
  });

  it('is not there at all when it is a language that nobody is answered in', async () => {
    const server = await bundle('server.js');
    expect(server).toContain('Invalid input: expected ');
    expect(server).not.toContain('Eingabe');
  });

  it('leaves the bundle smaller than 5.5 MB, of which V8 keeps every character', async () => {
    const { size } = await stat(path.join(root, 'dist/server.js'));
    expect(size).toBeLessThan(5_500_000);
  });
});

// Beside each other: the server waits for the second in which mail is sent.
describe.concurrent('the chores', () => {
  /** What tells a file that was written again; that the server reads it meanwhile does not. */
  async function written(file: string) {
    const { ino, size, mtimeMs, ctimeMs } = await stat(path.join(directory, file));
    return { ino, size, mtimeMs, ctimeMs };
  }

  /** The command of a script in package.json, by sh: npm takes half a second to do the same. */
  async function help(): Promise<string> {
    const { scripts } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
    const env = { PATH: process.env.PATH, BUILD_DIRECTORY: directory };
    const command = promisify(execFile)('sh', ['-c', `${scripts.chores} "$@"`, 'chores', 'help'], {
      cwd: directory,
      env,
    });
    return (await command).stdout;
  }

  it('are built when there are none, and nothing else with them, and not again', async () => {
    const file = path.join(directory, 'dist/chores.js');
    const server = await written('dist/server.js');
    await rm(file);
    const first = await help();
    expect(first).toMatch(/^Usage: npm run chores/);
    const { mtimeMs } = await stat(file);
    expect(mtimeMs).toBeGreaterThan(server.mtimeMs);
    expect(await written('dist/server.js')).toEqual(server);
    expect(await help()).toBe(first);
    expect((await stat(file)).mtimeMs).toBe(mtimeMs);
  });
});

describe.concurrent('the built server', () => {
  let child: ChildProcess | undefined;
  afterAll(async () => {
    const ended = new Promise((resolve) => child?.once('close', resolve));
    if (child?.kill('SIGKILL')) await ended;
  });

  /** Starts it and waits until it serves. @returns what it printed, and what the addresses for developers answer */
  async function start() {
    const port = await freePort();
    const database = path.join(directory, 'development.sqlite');
    // With a signing key: to make one takes longer than to start.
    await copyFile(inject('sqliteTemplate'), database);
    const server = spawn(process.execPath, ['dist/server.js'], {
      cwd: directory,
      env: {
        NODE_ENV: 'development',
        PORT: String(port),
        ORIGIN: `http://localhost:${port}`,
        SECRET_KEYS: inject('secretKey'),
        DATABASE_URL: `sqlite:${database}`,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child = server;
    let printed = '';
    await new Promise<void>((resolve, reject) => {
      server.once('close', () => reject(new Error(`it ended: ${printed}`)));
      server.stdout.on('data', (chunk) => {
        printed += chunk;
        if (printed.includes(`${brand.name} is serving`)) resolve();
      });
    });
    const answers = await Promise.all(
      ['ceremonies', 'mailbox'].map((page) => fetch(`http://127.0.0.1:${port}/dev/${page}`)),
    );
    const texts = await Promise.all(answers.map((answer) => answer.text()));
    return { port, printed, statuses: answers.map(({ status }) => status), text: texts.join('') };
  }

  it('shows the viewer and the mailbox in development, and can mail: what it is bundled with is whole', async () => {
    const { port, statuses, text, printed } = await start();
    expect(statuses).toEqual([200, 200]);
    for (const heading of ['<h1>Ceremonies</h1>', '<h1>Mailbox</h1>']) expect(text).toContain(heading);
    expect(printed).not.toContain('could not be loaded');
    for (const page of ['ceremonies', 'mailbox'])
      expect(printed).toContain(`http://localhost:${port}/dev/${page}`);
    // Said once it is served: not by a start that ends because its port is taken.
    const [, email = ''] = /is serving [\s\S]*Demo account: (\S+) /.exec(printed) ?? [];
    await fetch(`http://127.0.0.1:${port}/password/forgot`, {
      method: 'POST',
      headers: { Origin: `http://localhost:${port}`, 'Sec-Fetch-Site': 'same-origin' },
      body: new URLSearchParams({ email }),
      redirect: 'manual',
    });
    await vi.waitFor(
      async () => {
        const page = await fetch(`http://127.0.0.1:${port}/dev/mailbox`);
        expect(await page.text()).toContain('<h2>Reset your password</h2>');
      },
      { timeout: 15_000, interval: 200 },
    );
  });
});
