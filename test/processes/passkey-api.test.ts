/**
 * The passkey API as a process of its own, as `npm run passkey-api` serves it. That it needs nobody who reads its log,
 * log-reader.test.ts shows of the server, which is closed by the same.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { limits } from '../../src/limits.ts';
import { root } from '../support/built.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';

const tenantId = inject('tenantId');
const apiKey = 'a key of these tests: 0123456789';
let database: TestDatabase;
let child: ChildProcess;
let ended: Promise<unknown>;
let url: string;
let output = '';
function serve(port: number): ChildProcess {
  return spawn(process.execPath, ['run.js', 'src/passkey-api/main.ts'], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'test',
      HOST: '127.0.0.1',
      PASSKEY_API_PORT: String(port),
      DATABASE_URL: database.url,
      SECRET_KEYS: inject('secretKey'),
      PASSKEYS_BASE_URL: `http://127.0.0.1:${port}`,
      PASSKEYS_TENANT_ID: tenantId,
      PASSKEYS_API_KEY: apiKey,
      SMTP_URL: '',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

beforeAll(async () => {
  database = await createTestDatabase();
  const port = await freePort();
  child = serve(port);
  ended = new Promise((resolve) => child.once('close', resolve));
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => (output += text));
  await vi.waitFor(() => expect(output).toContain('is serving'), { timeout: 50_000, interval: 50 });
  url = `http://127.0.0.1:${port}/${tenantId}/login/initialize`;
});
afterAll(async () => {
  child.kill('SIGTERM');
  await ended;
  await database.drop();
});

const start = async (headers: Record<string, string> = {}) => {
  const answer = await fetch(url, { method: 'POST', headers });
  await answer.text();
  return answer.status;
};

it('gives nobody more challenges than the limit without the key, and says so in its log', async () => {
  const { points } = limits.anonymousStarts;
  expect(await start()).toBe(200);
  // As if all but one had begun as well.
  await database
    .db('rate_limits')
    .where('key', 'like', 'passkey-api-starts:%')
    .update({ points: points - 1 });
  expect([await start(), await start()]).toEqual([200, 429]);
  expect(await database.db('passkey_api_challenges').pluck('challenge_hash')).toHaveLength(2);
  expect(output).toMatch(/"event":"rate_limited".*"reason":"passkey-api-starts".*"address":"127\.0\.0\.1"/);
  expect(await start({ apiKey })).toBe(200);
});

/** What answers these bytes, and whether the connection is then broken off by us. */
function sendRaw(bytes: string, ends = false): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
      socket.end();
    });
    socket.once('close', () => resolve(answer));
    socket.once('error', reject);
    if (ends) socket.end(bytes);
    else socket.write(bytes);
  });
}

it('answers a target that is none as any other that is not its tenant, and logs no error for it', async () => {
  for (const target of ['http://[', '*', '//', 'http://elsewhere.example'])
    expect(await sendRaw(`GET ${target} HTTP/1.1\r\nHost: x\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 400 [\s\S]*tenant_id must be a valid uuid4/,
    );
  const whole = `GET ${url.replace('login/initialize', '.well-known/jwks.json')} HTTP/1.1\r\nHost: x\r\n\r\n`;
  expect(await sendRaw(whole)).toMatch(/^HTTP\/1\.1 200 /);
});

it('counts the bodies that break off: one line for all, and no error; and ends well', async () => {
  const { pathname } = new URL(url);
  const head = `POST ${pathname} HTTP/1.1\r\nHost: x\r\n`;
  const before = output.length;
  for (let count = 0; count < 20; count++) {
    await sendRaw(`${head}Transfer-Encoding: chunked\r\n\r\nnone of this is a chunk\r\n`);
    await sendRaw(`${head}Content-Length: 50\r\n\r\nhalf`, true);
  }
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  const lines = output.slice(before).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ event: 'connection_broken', count: 40 }]);
});
