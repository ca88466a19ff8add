/**
 * The first starts in production: what the doctor finds is printed beside serving, and only then. The second one has an
 * https origin that no proxy stands before: what it says at its start, and to whoever comes.
 */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runChore } from '../support/chores.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { undocumented } from '../support/doctor-table.ts';
import { endProcesses, type ServerProcess, startServerProcess } from '../support/process.ts';

let database: TestDatabase;
/** A mail server that takes connections, and says nothing. */
let silent: Server;
beforeAll(async () => {
  database = await createTestDatabase();
  silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
});
afterAll(async () => {
  await endProcesses();
  silent.close();
  await database.drop();
});

const start = () =>
  startServerProcess({
    databaseUrl: database.url,
    env: {
      NODE_ENV: 'production',
      ORIGIN: 'https://app.invalid',
      SMTP_URL: `smtp://127.0.0.1:${(silent.address() as AddressInfo).port}`,
    },
  });

it('a start in production says what the doctor finds, beside serving, as long as nobody has an account', {
  timeout: 60_000,
}, async () => {
  const asked = once(silent, 'connection') as Promise<[Socket]>;
  const first = await start();
  const [socket] = await asked;
  // It waits for the mail server, and serves.
  await first.ready();
  expect(first.output()).toMatch(/^ok {7}database: reached, up to date, and takes writes$/m);
  expect(first.output()).not.toMatch(/ mail: /);
  socket.destroy();
  await vi.waitFor(() => expect(first.output()).toMatch(/^ok {7}outbox: no letters wait$/m));
  expect(first.output()).toMatch(/serving https:\/\/app\.invalid\nok {7}mode: production/);
  expect(first.output()).toMatch(/^fault {4}mail: .*Look at SMTP_URL\.$/m);
  expect(first.output().match(/TRUST_PROXY names no proxy/g)).toHaveLength(1);
  expect(undocumented({ out: first.output(), err: '' })).toEqual([]);
  first.signal('SIGTERM');
  expect(await first.ended).toEqual({ code: 0, signal: null });
});

describe('a later start, whose proxy is not named', { timeout: 60_000 }, () => {
  let running: ServerProcess;
  beforeAll(async () => {
    const created = { databaseUrl: database.url, input: 'correct-horse-battery\n' };
    expect((await runChore(['user:create', 'ada@example.com'], created)).code).toBe(0);
    running = await start();
    await running.ready();
  });

  it('says nothing of the doctor, but that it shows no page, and what to set', () => {
    expect(running.output()).not.toContain('mode: production');
    expect(running.output()).toMatch(
      /^fault {4}proxy: ORIGIN is https and TRUST_PROXY names no proxy.*no page is shown\. Set TRUST_PROXY to the address of the proxy that ends TLS\.$/m,
    );
  });

  it('says so on its pages as well, loops for nobody, and names the peer in its log, once', async () => {
    for (const headers of [{ 'X-Forwarded-Proto': 'https' }, {}, { Host: 'app.invalid' }]) {
      const page = await fetch(`${running.server}/login`, { headers, redirect: 'manual' });
      expect([page.status, page.headers.get('Location')]).toEqual([403, null]);
      expect(await page.text()).toContain('This site cannot tell that you came over https');
    }
    const told = running
      .output()
      .split('\n')
      .filter((line) => line.includes('name it in TRUST_PROXY'));
    expect(told).toHaveLength(1);
    expect(JSON.parse(told[0] ?? '')).toMatchObject({ level: 'warn', peer: '127.0.0.1' });
  });

  it('tells whoever has too many cookies what to do', async () => {
    const heard = await new Promise<string>((resolve, reject) => {
      const text = `GET /login HTTP/1.1\r\nHost: x\r\nCookie: ${'a=0123456789abcdef; '.repeat(1_600)}\r\n\r\n`;
      const socket = connect(running.port, '127.0.0.1', () => socket.write(text));
      let all = '';
      socket.on('data', (chunk) => {
        all += chunk;
      });
      socket.once('error', reject);
      socket.once('close', () => resolve(all));
    });
    expect(heard).toMatch(/^HTTP\/1\.1 431 [\s\S]*Delete the cookies of this site/);
    expect(running.output()).not.toContain('"level":"error"');
  });
});
