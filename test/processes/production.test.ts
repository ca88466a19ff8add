/**
 * A server in production: it has nothing that only developers need, and its metrics are on a port of their own, which only
 * a process has, from the bundle that is loaded for them.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { built } from '../support/built.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { sampleOf, samplesIn } from '../support/metrics.ts';
import { endProcesses, type ServerProcess, startServerProcess } from '../support/process.ts';

let database: TestDatabase;
let port: number;
let running: ServerProcess;
const start = async () =>
  startServerProcess({
    databaseUrl: database.url,
    env: { NODE_ENV: 'production', METRICS_PORT: String(port), LOG_LEVEL: 'silent' },
  });

beforeAll(async () => {
  database = await createTestDatabase();
  port = await freePort();
  running = await start();
  await running.ready();
});
afterAll(async () => {
  await endProcesses();
  await database.drop();
});

it('[ASVS 6.3.2, 13.4.2] loads no tools of developers, even where they lie beside, and makes no demo account', async () => {
  expect(existsSync(built('development.js'))).toBe(true);
  for (const page of ['ceremonies', 'mailbox'])
    expect((await fetch(`${running.server}/dev/${page}`)).status, page).toBe(404);
  expect(running.output()).toContain('is serving');
  expect(running.output()).not.toMatch(/Demo account|\/dev\/|could not be loaded/);
  expect(await database.db('users').pluck('email')).toEqual([]);
});

describe('metrics', () => {
  it('are answered to whoever is on this machine, and count what the log is not told', async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/metrics`);
    expect([answer.status, answer.headers.get('Content-Type')]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
    const samples = samplesIn(await answer.text());
    const ready = { method: 'GET', route: '/readyz', status: '200' };
    expect(sampleOf(samples, 'http_requests_total', ready)).toBeGreaterThan(0);
    for (const name of ['database_up', 'passkey_api_up'])
      expect([name, sampleOf(samples, name)]).toEqual([name, 1]);
    expect(sampleOf(samples, 'outbox_letters')).toBe(0);
  });

  it('are answered at that address alone, and nothing else is there', async () => {
    expect((await fetch(`${running.server}/metrics`)).status).toBe(404);
    const [other, posted] = await Promise.all([
      fetch(`http://127.0.0.1:${port}/login`),
      fetch(`http://127.0.0.1:${port}/metrics`, { method: 'POST' }),
    ]);
    expect([other.status, posted.status]).toEqual([404, 405]);
    // As a page asks whose name was made to lead here.
    const asked = async (host: string) => {
      const { request } = await import('node:http');
      return new Promise((resolve) => {
        const headers = { Host: host };
        request({ port, host: '127.0.0.1', path: '/metrics', headers }, ({ statusCode }) =>
          resolve(statusCode),
        )
          .on('error', resolve)
          .end();
      });
    };
    expect(await asked(`attacker.example:${port}`)).toBe(404);
    expect(await asked(`localhost:${port}`)).toBe(200);
    // Another address of this machine, at which only whoever listens at all of them would answer.
    await expect(fetch(`http://127.0.0.2:${port}/metrics`)).rejects.toThrow('fetch failed');
  });

  it('are of one process: another one on this machine needs a port of its own, and says so', async () => {
    const second = await start();
    expect(await second.ended).toMatchObject({ code: 1 });
    expect(second.output()).toContain(`Port ${port} is taken. Set METRICS_PORT to another one.\n`);
  });

  it('are a bundle of their own, so that whoever asks for none loads nothing of it', async () => {
    expect(await readFile(built('metrics.js'), 'utf8')).toContain('nodejs_eventloop_lag');
    expect(await readFile(built('server.js'), 'utf8')).not.toContain('nodejs_eventloop_lag');
  });
});
