/** The end of a process that was asked to end: everybody is answered, nobody new is let in. */
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { demo } from '../../../src/accounts/demo-account.ts';
import { paths } from '../../../src/paths.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { endProcesses, type ServerProcess, startServerProcess } from '../../support/process.ts';
import { formType } from '../../support/request.ts';

/** Milliseconds that the process may take to end by itself. */
const grace = 10_000;

let database: TestDatabase;
let running: ServerProcess;

beforeAll(async () => {
  database = await createTestDatabase();
});
beforeEach(async () => {
  running = await startServerProcess({ databaseUrl: database.url });
  await running.ready();
});
afterEach(endProcesses);
afterAll(() => database.drop());

describe('SIGTERM', () => {
  it('with twenty sign-ins in flight, half of them still at the door, answers them all, closes the door, and ends with 0 after the last answer, whoever is merely connected', async () => {
    // The last answer, which is owed until the door is closed.
    const finish = unfinished(demo);
    const idle = connected();
    const strangers = Array.from({ length: 15 }, (_, index) => ({
      ...demo,
      email: `nobody-${index}@example.com`,
    }));
    const everybody = [...strangers, ...Array.from({ length: 5 }, () => demo)];
    const signIn = (fields: Record<string, string>) => unfinished(fields)();
    const inside = everybody.slice(0, 10).map(signIn);
    await taken();
    // Asleep, so that the system takes the others in its name.
    running.signal('SIGSTOP');
    const atTheDoor = everybody.slice(10).map(signIn);
    await sent();
    running.signal('SIGTERM');
    running.signal('SIGCONT');
    const answers = await Promise.all([...inside, ...atTheDoor]);
    expect(answers).toEqual(everybody.map((fields) => (fields === demo ? 303 : 422)));

    await vi.waitFor(() => expect(isOpen()).resolves.toBe(false), { timeout: 5_000, interval: 20 });
    expect(running.isRunning()).toBe(true);
    expect(await finish()).toBe(303);
    const answered = Date.now();
    expect(await running.ended).toEqual({ code: 0, signal: null });
    expect(Date.now() - answered, 'milliseconds after the last answer').toBeLessThan(grace / 2);
    for (const socket of idle) socket.destroy();
  });

  // A second signal asks no database for anything.
  const once = process.env.TEST_DATABASE === 'postgres' ? null : it;
  once?.('that comes twice ends the process at once, with 1', async () => {
    const finish = unfinished(demo);
    await taken();
    running.signal('SIGTERM');
    await vi.waitFor(() => expect(isOpen()).resolves.toBe(false), { timeout: 5_000, interval: 20 });
    const signalled = Date.now();
    running.signal('SIGTERM');
    expect(await running.ended).toEqual({ code: 1, signal: null });
    expect(Date.now() - signalled).toBeLessThan(grace / 2);
    await expect(finish()).rejects.toThrow();
  });
});

const sending: Promise<unknown>[] = [];

/** Connections on which nothing is owed: nothing was sent, something was answered, or half a request was sent. */
function connected() {
  const whole = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n';
  return ['', whole, 'G', whole.slice(0, -2), `${whole}GET /lo`].map((question) => {
    const socket = connect(running.port, '127.0.0.1');
    sending.push(new Promise((resolve) => socket.write(question, resolve)));
    return socket;
  });
}

/** Resolves when whatever was sent is on its way: the system has it, the process perhaps not yet. */
async function sent(): Promise<void> {
  await Promise.all(sending.splice(0));
}

/** Resolves when the process has had the time to take it, too. */
async function taken(): Promise<void> {
  await sent();
  expect((await fetch(running.server + paths.health)).status).toBe(200);
}

function isOpen(): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(running.port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      resolve(true);
      socket.destroy();
    });
  });
}

/** Sends a sign-in up to its last character. @returns sends that too, and waits for the status of the answer */
function unfinished(fields: Record<string, string>): () => Promise<number> {
  const body = new URLSearchParams(fields).toString();
  const { port } = running;
  const headers = { ...formType, 'Content-Length': body.length };
  const asked = request({
    host: '127.0.0.1',
    port,
    path: paths.login,
    method: 'POST',
    headers,
    agent: false,
  });
  const status = new Promise<number>((resolve, reject) => {
    asked.once('error', reject);
    asked.once('response', (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
    });
  });
  status.catch(() => {});
  sending.push(new Promise((resolve) => asked.write(body.slice(0, -1), resolve)));
  return () => {
    sending.push(new Promise<void>((resolve) => asked.end(body.slice(-1), resolve)));
    return status;
  };
}
