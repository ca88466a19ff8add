/** Requests that break, on the whole application: nobody's fault here, and no line that anybody has to read. */
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.ts';
import { paths } from '../../src/paths.ts';
import { ageProofs } from '../support/aged-session.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { sendRaw } from '../support/raw.ts';
import { signedInByPassword } from '../support/request.ts';

let running: TestApp;
let cookie: string;
beforeAll(async () => {
  running = await startApp();
  cookie = await signedInByPassword(running);
});
afterAll(() => running.close());
beforeEach(() => void running.log.splice(0));

const lines = () => running.log.map((line) => JSON.parse(line));
const loud = () => lines().filter(({ level }) => level !== 'debug');
const head = (method: string, path: string, more: string[] = []) =>
  [`${method} ${path} HTTP/1.1`, 'Host: x', ...more].join('\r\n');
const form = 'Content-Type: application/x-www-form-urlencoded';
const json = 'Content-Type: application/json';

const bodies = [
  ['half a body', 'Content-Length: 50\r\n\r\n{"a', 'half-close'],
  ['half a body and a reset', 'Content-Length: 50\r\n\r\n{"a', 'reset'],
  ['half of a chunk', 'Transfer-Encoding: chunked\r\n\r\n9\r\n{"a', 'half-close'],
  ['a chunk that is none', 'Transfer-Encoding: chunked\r\n\r\nzz\r\n', 'wait'],
  ['an encoding that there is not', 'Transfer-Encoding: banana\r\n\r\n{"a', 'wait'],
] as const;
const routes = [
  ['POST', paths.login, form],
  ['POST', paths.password, form],
  ['POST', paths.exportData, form],
  ['POST', paths.passkeyLogin, json],
  ['POST', paths.passkeyRegistration, json],
  ['POST', paths.passkeyEvents, json],
  ['POST', '/nowhere', form],
  ['GET', paths.dashboard, form],
] as const;

describe('a request that breaks', () => {
  it.each(bodies)('with %s is told to who debugs and to nobody else, on any route', async (_, body, end) => {
    // The first on every route, by anybody; the others on a form, an API and a page.
    const all = body === bodies[0][1] && end === bodies[0][2];
    const met = all ? routes : [routes[0], routes[3], routes[7]];
    const sessions = all ? [[], [`Cookie: ${cookie}`]] : [[`Cookie: ${cookie}`]];
    for (const [method, path, type] of met)
      for (const session of sessions)
        await sendRaw(running, `${head(method, path, [type, ...session])}\r\n${body}`, end);
    const count = met.length * sessions.length;
    await expect.poll(() => lines().filter(({ msg }) => msg === 'request').length).toBe(count);
    expect(loud()).toEqual([]);
    expect(lines().filter(({ err, status }) => err ?? status)).toEqual([]);
  });

  it('is no more than a number, however often', async () => {
    const request = `${head('POST', paths.login, [form])}
Content-Length: 50

half`;
    for (let count = 0; count < 60; count++) await sendRaw(running, request, 'half-close');
    await expect.poll(() => lines().filter(({ event }) => event === 'connection_broken').length).toBe(60);
    expect(loud()).toEqual([]);
  });

  it('while its password is verified leaves the line of the try', async () => {
    const body = new URLSearchParams({ ...person, password: 'a-wrong-password' }).toString();
    const request = `${head('POST', paths.login, [form])}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    await sendRaw(running, request, 'reset');
    await expect.poll(loud).toMatchObject([{ level: 'warn', event: 'sign_in_refused' }]);
  });

  it('while a long answer is written leaves no error', async () => {
    const { id: user_id } = await running.database.db('users').where({ email: person.email }).first('id');
    const entry = {
      ...(await running.database.db('activity').where({ user_id }).first()),
      detail: 'x'.repeat(15_000),
    };
    const rows = Array.from({ length: limits.entriesRead + 100 }, (_, at) => ({
      ...entry,
      id: `${entry.id}-${at}`,
    }));
    await running.database.db.batchInsert('activity', rows, 50);
    await ageProofs(running, 0);
    for (const [method, path] of [
      ['GET', paths.activityFile],
      ['POST', paths.exportData],
    ] as const) {
      const { port } = new URL(running.url);
      const socket = connect(Number(port), '127.0.0.1');
      socket.write(`${head(method, path, [`Cookie: ${cookie}`, form])}\r\nContent-Length: 0\r\n\r\n`);
      await new Promise((resolve) => socket.once('data', resolve));
      socket.pause();
      socket.resetAndDestroy();
    }
    await expect.poll(() => lines().filter(({ msg }) => msg === 'request').length).toBe(2);
    expect(lines().filter(({ msg }) => msg === 'request')).toMatchObject([
      { aborted: true },
      { aborted: true },
    ]);
    expect(lines().filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
  });
});
