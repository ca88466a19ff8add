/**
 * Every command in a shell block of the guide is executed as it is written, and prints what the guide says: of the attacks
 * on two steps one, since steps.test.ts has what the other one prints. Commands within sentences are only held to name
 * steps that there are.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { learnersDatabase, learnersTenant } from '../../src/passkey-api/learners-tenant.ts';
import { root } from '../support/built.ts';
import { copyOf, createTestDatabase, type TestDatabase } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { keepSigningKey } from '../support/signing-key.ts';
import { startApp } from './attack/app-process.ts';
import { stepDirectory } from './attack/step-directory.ts';
import { chapters, guide } from './cutting.ts';
import { patience } from './support/patience.ts';

const block = /```sh\n([^`]+)```(?:\n\n```text\n([^`]+)```)?/g;
const written = chapters.flatMap((chapter) =>
  [...readFileSync(path.join(guide, chapter), 'utf8').matchAll(block)].map(
    ([, command = '', output = '']) => [command.trim(), output] as const,
  ),
);
const commands = [...new Map(written.toSorted(([, a], [, b]) => a.length - b.length))];
const attacks = commands.filter(([command]) => command.startsWith('npm run guide:attack '));
const typed = 'npm run guide:attack -- 4';
const servers = commands.filter(([command]) => /^npm run (guide|passkey-api) /.test(command));

type Settings = Record<string, string>;

/** With the signing key of the tenant that learners have. */
let original: TestDatabase;
beforeAll(async () => {
  original = await createTestDatabase();
  const secretKey = inject('secretKey');
  await keepSigningKey({ db: original.db, tenantId: learnersTenant([secretKey]).tenantId }, secretKey);
  await original.db.destroy();
});
afterAll(() => original.drop());

/**
 * A command with a database and ports of its own, so that another one can run beside it. The application's database is not
 * touched.
 */
async function withSettings(act: (env: Settings) => Promise<void>): Promise<void> {
  const { url, drop } = await copyOf(original);
  const [application = '', learning = ''] = [url, learnersDatabase(url)].map((one) =>
    one.replace('sqlite:', ''),
  );
  await rename(application, learning);
  await act({
    PATH: process.env.PATH ?? '',
    NODE_ENV: 'test',
    LOG_LEVEL: 'warn',
    DATABASE_URL: url,
    SECRET_KEYS: inject('secretKey'),
    PORT: String(await freePort()),
    PASSKEY_API_PORT: String(await freePort()),
  })
    .then(() => expect(existsSync(application), 'the database of the application').toBe(false))
    .finally(drop);
}

it('is written in the text for steps alone that there are', () => {
  const inText = chapters.flatMap((chapter) =>
    [
      ...readFileSync(path.join(guide, chapter), 'utf8').matchAll(
        /`npm run (guide(?::attack)?) -- ([^`]+)`/g,
      ),
    ].map(([, , to = '']) => to.split(' ')[0] ?? ''),
  );
  expect(inText.length).toBeGreaterThan(7);
  expect(inText.filter((to) => !to.startsWith('http') && !stepDirectory(to))).toEqual([]);
});

it('knows what to do with each', () => {
  expect(attacks.map(([command]) => command).sort()).toEqual(['npm run guide:attack -- 3', typed]);
  expect(servers.length).toBeGreaterThanOrEqual(2);
  expect(commands.length).toBe(attacks.length + servers.length);
});

it.concurrent.each(servers)('%s', { timeout: patience }, (command) =>
  withSettings((env) => serves(command, env)),
);

async function serves(command: string, env: Settings): Promise<void> {
  const { child, output, ended } = run(command, env);
  while (!/say to each other: .+\n/.test(output()) && child.exitCode === null) await pause(20);
  expect(output()).toMatch(/is at http|PASSKEYS_API_KEY=\S/);
  const [, ceremonies = ''] = /say to each other: (\S+)/.exec(output()) ?? [];
  const page = await fetch(ceremonies);
  expect(await page.text()).toMatch(/<h1>Ceremonies<\/h1>[\s\S]*Message 2 is as the API made it/);
  expect((await fetch(new URL('/dev/styles.css', ceremonies))).status).toBe(200);
  if (command.includes('passkey-api')) await hasABadDay(child, output, env);
  else expect((await fetch(`http://localhost:${env.PORT}/login`)).status).toBe(200);
  // Ctrl+C is for all that the command has started.
  process.kill(-(child.pid ?? 0), 'SIGINT');
  await ended;
}

it.concurrent(typed, { timeout: patience }, () =>
  withSettings(async (env) => {
    const { output, ended } = run(typed, env);
    const [code] = await ended;
    expect(output().slice(output().indexOf('control:'))).toBe(new Map(attacks).get(typed));
    expect(output()).toContain('3 got through');
    expect(code).toBe(1);
  }),
);

it.concurrent('begins no step where somebody else listens at its port', { timeout: patience }, () =>
  withSettings(async (env) => {
    const other = createServer().listen(Number(env.PORT), '127.0.0.1');
    await once(other, 'listening');
    const { output, ended } = runScript('guide', '0', env);
    const [code] = await ended;
    other.close();
    expect(output()).toContain(`Port ${env.PORT} is taken. Set PORT to another one.`);
    expect(code).toBe(1);
  }),
);

it.concurrent('attacks an app of one’s own', { timeout: patience }, () => withSettings(attacksOwnApp));

async function attacksOwnApp(env: Settings): Promise<void> {
  const port = await freePort();
  const { tenantId, apiKey } = learnersTenant([inject('secretKey')]);
  const api = `http://localhost:${env.PASSKEY_API_PORT}`;
  const lines = { PASSKEYS_BASE_URL: api, PASSKEYS_TENANT_ID: tenantId, PASSKEYS_API_KEY: apiKey };
  const app = await startApp(stepDirectory('5') ?? '', port, lines);
  const there = runScript('guide:attack', app.origin, env);
  const [code] = await there.ended;
  await app.stop();
  expect(there.output()).toContain('(needs the clock of your app)');
  expect(there.output()).toContain('None got through; 4 were not tried.');
  expect(code).toBe(0);
}

/** What the learner types into its window makes the API fail. */
async function hasABadDay(child: ChildProcess, output: () => string, env: Settings): Promise<void> {
  expect(output()).toContain('http://localhost:4000');
  expect(output()).toContain('It is for development alone.');
  child.stdin?.write('empty\n');
  await vi.waitFor(() => expect(output()).toContain('From now on: empty.'));
  const answer = await fetch(`http://localhost:${env.PASSKEY_API_PORT}/`);
  expect([answer.status, await answer.text()]).toEqual([500, '']);
  child.stdin?.write('sleep\n');
  await vi.waitFor(() => expect(output()).toContain('Not understood: sleep.'));
}

/** What npm would run, without it: it takes half a second to do the same. */
function runScript(name: string, argument: string, env: Settings) {
  const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  return run(`${scripts[name]} ${argument}`, env);
}

/** In a group of its own, as a terminal does it. */
function run(command: string, env: Settings) {
  const child: ChildProcess = spawn(command, {
    shell: true,
    detached: true,
    cwd: root,
    env,
  });
  const printed: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => printed.push(String(chunk)));
  return { child, output: () => printed.join(''), ended: once(child, 'close') };
}
