/** `npm run chores` as a shell has it: what comes out where, and how little it loads to say it. */
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { root } from '../support/built.ts';
import { runCommand } from '../support/command.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const run = (args: string[], { input = '', env = {} } = {}) =>
  runCommand(args, {
    databaseUrl: database.url,
    input,
    env: { SECRET_KEYS: inject('secretKey'), ...env },
  });

describe('the command', () => {
  it('answers on standard output, logs on standard error, and ends with 0', async () => {
    const { code, out, err } = await run(['user:create', 'ada@example.com'], {
      input: 'correct-horse-battery\n',
    });
    expect([code, out]).toEqual([0, 'Created ada@example.com\n']);
    expect(JSON.parse(err)).toMatchObject({ event: 'account_created' });
    expect(await database.db('users').pluck('email')).toEqual(['ada@example.com']);
  });

  it('ends with 2 when it is not understood', async () => {
    expect(await run(['nonsense'])).toEqual({
      code: 2,
      out: '',
      err: expect.stringMatching(/^There is no command "nonsense"\.\n\nUsage: /),
    });
  });
});

describe('the start of the command', () => {
  /** Runs it. @returns every script that V8 had, with its size */
  async function loadedBy(args: string[]): Promise<{ file: string; size: number }[]> {
    const directory = await mkdtemp(path.join(tmpdir(), 'latchkey-test-'));
    await run(args, { env: { NODE_V8_COVERAGE: directory } });
    const [report = ''] = await readdir(directory);
    const { result } = JSON.parse(await readFile(path.join(directory, report), 'utf8'));
    await rm(directory, { recursive: true });
    const urls: string[] = result.map(({ url }: { url: string }) => url);
    const files = urls.filter((url) => url.startsWith('file:')).map((url) => fileURLToPath(url));
    return Promise.all(
      files.map(async (file) => ({ file: path.relative(root, file), size: (await stat(file)).size })),
    );
  }

  const bytes = (loaded: { size: number }[]) => loaded.reduce((sum, { size }) => sum + size, 0);
  const isBundled = ({ file }: { file: string }) => file.startsWith('dist/chores');

  it('is that of the bundle, by Node alone', async () => {
    const { scripts } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
    expect(scripts.chores).toMatch(/ && node dist\/chores\.js$/);
    expect(scripts['user:create']).toBe('npm run --silent chores -- user:create');
  });

  it('loads a few kilobytes for what needs neither settings nor database', async () => {
    const loaded = await loadedBy(['help']);
    expect(loaded.length).toBeGreaterThan(0);
    expect(loaded.filter((each) => !isBundled(each))).toEqual([]);
    expect(bytes(loaded)).toBeLessThan(16_000);
  });

  it('loads no mailer, no common passwords, and nothing file by file that can be bundled, to show an account', async () => {
    const loaded = await loadedBy(['user:show', 'ada@example.com']);
    const native = /^node_modules\/(@node-rs\/argon2|sqlite3|bindings|file-uri-to-path)\//;
    expect(loaded.filter((each) => !isBundled(each) && !native.test(each.file))).toEqual([]);
    const bundled = loaded.filter(isBundled);
    expect(bytes(bundled)).toBeLessThan(4_000_000);
    const maps = await Promise.all(
      bundled.map(({ file }) => readFile(path.join(root, `${file}.map`), 'utf8')),
    );
    const sources: string[] = maps.flatMap((map) => JSON.parse(map).sources);
    expect(sources).toContain('../src/tasks/account-chores.ts');
    expect(sources.filter((source) => /nodemailer|zxcvbn|common-passwords/.test(source))).toEqual([]);
  });
});
