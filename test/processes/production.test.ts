/**
 * Servers in production on one database, one after the other: what the first start says, what serves, what is mailed when one
 * was killed, and what a start says whose https origin no proxy stands before. Each start takes a second of processor.
 */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { request } from 'node:http';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { paths } from '../../src/paths.ts';
import { built } from '../support/built.ts';
import { runChore } from '../support/chores.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { undocumented } from '../support/doctor-table.ts';
import { freePort } from '../support/free-port.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { sampleOf, samplesIn } from '../support/metrics.ts';
import { endProcesses, type ServerProcess, startServerProcess } from '../support/process.ts';
import { createVisitor } from '../support/visitor.ts';

const grace = { email: 'grace@example.com', password: 'nanoseconds-of-wire-1906' };
const ada = { email: 'ada.augusta@example.com', password: grace.password };
const patience = { timeout: 45_000, interval: 50 };
const behindProxy = { ORIGIN: 'https://app.invalid' };

let database: TestDatabase;
/** A mail server that takes connections, and says nothing. */
let silent: Server;
let mail: MailServer;
beforeAll(async () => {
  [database, mail] = await Promise.all([createTestDatabase(), startMailServer()]);
  silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
});
afterAll(async () => {
  await endProcesses();
  silent.close();
  await Promise.all([mail.stop(), database.drop()]);
});

const start = (env: Record<string, string>) =>
  startServerProcess({ databaseUrl: database.url, env: { NODE_ENV: 'production', ...env } });

it('[ASVS 6.3.2, 13.4.2] says at the first start what the doctor finds, loads no tools of developers, makes no demo account, tells its metrics to this machine, delivers what another process could not before it was killed, and shows no page behind a proxy that is not named', {
  timeout: 200_000,
}, async () => {
  await firstStart();
  const port = await freePort();
  const running = await start({ METRICS_PORT: String(port), SMTP_URL: mail.url, LOG_LEVEL: 'warn' });
  await running.ready();
  expect(await database.db('users').pluck('email')).toEqual([]);
  await expectNoTools(running);
  await expectMetrics(running, port);
  await createVisitor(running).postForm(paths.signUp, grace);
  await expectPortTaken(port);
  await vi.waitFor(() => expect(mail.mailsTo(grace.email)).toHaveLength(1), patience);

  await mail.stop();
  expect((await createVisitor(running).postForm(paths.signUp, ada)).status).toBe(303);
  await vi.waitFor(() => expect(running.output()).toContain('mail_delayed'), patience);
  running.signal('SIGKILL');
  await running.ended;

  await mail.start();
  // Whoever signs up has an account when the address is verified.
  const created = { databaseUrl: database.url, input: 'correct-horse-battery\n' };
  expect((await runChore(['user:create', 'somebody@example.com'], created)).code).toBe(0);
  const later = await start({ ...behindProxy, SMTP_URL: mail.url });
  await later.ready();
  await expectNoPages(later);
  await expectTooManyCookies(later);
  // A claim of the one that was killed is lost after a minute; it had none if it was waiting.
  await vi.waitFor(() => expect(mail.mailsTo(ada.email)).toHaveLength(1), { ...patience, timeout: 75_000 });
  expect(mail.mails).toHaveLength(2);
});

/** What the doctor finds is printed beside serving, as long as nobody has an account. */
async function firstStart(): Promise<void> {
  const asked = once(silent, 'connection') as Promise<[Socket]>;
  const { port } = silent.address() as AddressInfo;
  const first = await start({ ...behindProxy, SMTP_URL: `smtp://127.0.0.1:${port}` });
  const [socket] = await asked;
  // It waits for the mail server, and serves.
  await first.ready();
  expect(first.output()).toMatch(
    /^ok {7}database: reached, up to date, and takes writes; no account is in it yet$/m,
  );
  expect(first.output()).not.toMatch(/ mail: /);
  socket.destroy();
  await vi.waitFor(() => expect(first.output()).toMatch(/^ok {7}outbox: no letters wait$/m));
  expect(first.output()).toMatch(/serving https:\/\/app\.invalid\nok {7}mode: production/);
  expect(first.output()).toMatch(/^fault {4}mail: .*Look at SMTP_URL\.$/m);
  expect(first.output().match(/TRUST_PROXY names no proxy/g)).toHaveLength(1);
  expect(undocumented({ out: first.output(), err: '' })).toEqual([]);
  first.signal('SIGTERM');
  expect(await first.ended).toEqual({ code: 0, signal: null });
}

/** Even where they lie beside. */
async function expectNoTools(running: ServerProcess): Promise<void> {
  expect(running.output()).toContain('is serving');
  expect(running.output()).not.toMatch(/Demo account|\/dev\/|could not be loaded/);
  expect(existsSync(built('development.js'))).toBe(true);
  for (const page of ['ceremonies', 'mailbox'])
    expect((await fetch(`${running.server}/dev/${page}`)).status, page).toBe(404);
}

/** At that address alone, and nothing else is there. */
async function expectMetrics(running: ServerProcess, port: number): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
  expect([answer.status, answer.headers.get('Content-Type')]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
  ]);
  const samples = samplesIn(await answer.text());
  const ready = { method: 'GET', route: '/readyz', status: '200' };
  // The log is not told of these.
  expect(sampleOf(samples, 'http_requests_total', ready)).toBeGreaterThan(0);
  expect(running.output()).not.toContain('/readyz');
  for (const name of ['database_up', 'passkey_api_up'])
    expect([name, sampleOf(samples, name)]).toEqual([name, 1]);
  expect(sampleOf(samples, 'outbox_letters')).toBe(0);

  const post = { method: 'POST' };
  const statuses = [
    (await fetch(`${running.server}/metrics`)).status,
    (await fetch(`http://127.0.0.1:${port}/login`)).status,
    (await fetch(`http://127.0.0.1:${port}/metrics`, post)).status,
    // As a page asks whose name was made to lead here.
    await statusAs(`attacker.example:${port}`, port),
    await statusAs(`localhost:${port}`, port),
  ];
  expect(statuses).toEqual([404, 404, 405, 404, 200]);
  // Another address of this machine, at which only whoever listens at all of them would answer.
  await expect(fetch(`http://127.0.0.2:${port}/metrics`)).rejects.toThrow('fetch failed');
}

function statusAs(host: string, port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const asked = request({ port, host: '127.0.0.1', path: '/metrics', headers: { Host: host } });
    asked.once('response', (answer) => resolve(answer.resume().statusCode));
    asked.once('error', reject).end();
  });
}

/** Metrics are of one process: another one on this machine needs a port of its own, and says so. */
async function expectPortTaken(port: number): Promise<void> {
  const second = await start({ METRICS_PORT: String(port) });
  expect(await second.ended).toMatchObject({ code: 1 });
  expect(second.output()).toContain(`Port ${port} is taken. Set METRICS_PORT to another one.\n`);
}

/** It says so at its start, where the doctor is no longer heard, and on its pages; it loops for nobody. */
async function expectNoPages(running: ServerProcess): Promise<void> {
  const said =
    /^fault {4}proxy: ORIGIN is https and TRUST_PROXY names no proxy.*no page is shown\. Set TRUST_PROXY to the address of the proxy that ends TLS\.$/m;
  await vi.waitFor(() => expect(running.output()).toMatch(said));
  for (const headers of [{ 'X-Forwarded-Proto': 'https' }, {}, { Host: 'app.invalid' }]) {
    const page = await fetch(`${running.server}/login`, { headers, redirect: 'manual' });
    expect([page.status, page.headers.get('Location')]).toEqual([403, null]);
    expect(await page.text()).toContain('This site cannot tell that you came over https');
  }
  expect(running.output()).not.toContain('mode: production');
  const told = running
    .output()
    .split('\n')
    .filter((line) => line.includes('name it in TRUST_PROXY'));
  expect(told).toHaveLength(1);
  expect(JSON.parse(told[0] ?? '')).toMatchObject({ level: 'warn', peer: '127.0.0.1' });
}

/** Whoever has too many is told what to do. */
async function expectTooManyCookies(running: ServerProcess): Promise<void> {
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
}

it('has its metrics in a bundle of their own, so that whoever asks for none loads nothing of it', async () => {
  expect(await readFile(built('metrics.js'), 'utf8')).toContain('nodejs_eventloop_lag');
  expect(await readFile(built('server.js'), 'utf8')).not.toContain('nodejs_eventloop_lag');
});
