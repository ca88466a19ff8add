/** The first starts in production: what the doctor finds is printed beside serving, and only then. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { runChore } from '../support/chores.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { undocumented } from '../support/doctor-table.ts';
import { endProcesses, startServerProcess } from '../support/process.ts';

let database: TestDatabase;
/** A mail server that takes connections, and says nothing. */
let silent: Server;
beforeAll(async () => {
  database = await createTestDatabase();
  silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
});
afterEach(endProcesses);
afterAll(async () => {
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

  const created = { databaseUrl: database.url, input: 'correct-horse-battery\n' };
  expect((await runChore(['user:create', 'ada@example.com'], created)).code).toBe(0);
  const later = await start();
  await later.ready();
  expect(later.output()).not.toContain('mode: production');
  expect(later.output()).toMatch(/^fault {4}proxy: ORIGIN is https and TRUST_PROXY names no proxy/m);
});
