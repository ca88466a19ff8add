/**
 * A request that is held open acts in the session that is there when it has come: the body is read first, and whoever was
 * signed out meanwhile does nothing.
 */
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { paths } from '../../../src/paths.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { createAuthenticator } from '../../support/authenticator.ts';
import { everythingKept } from '../../support/failing-writes.ts';
import { cookiesOf } from '../../support/request.ts';
import { createVisitor, type Visitor } from '../../support/visitor.ts';

let running: TestApp;
beforeAll(async () => {
  running = await startApp({ env: { SMTP_URL: 'smtp://127.0.0.1:9' } });
});
afterAll(() => running.close());

let account: { email: string; password: string };
let owner: Visitor;
let cookie: string;
let people = 0;
beforeEach(async () => {
  account = { email: `holder-${++people}@example.com`, password: 'holds-a-request-open-1' };
  await running.createAccount(account.email, account.password);
  owner = createVisitor(running, createAuthenticator());
  cookie = cookiesOf(await owner.signIn(account));
});

/** Sends the head of a form and half of its body, and the rest when it is asked to. */
async function holdOpen(
  path: string,
  body: string,
): Promise<{ finish: () => Promise<string>; socket: Socket }> {
  const { port } = new URL(running.url);
  const socket = connect(Number(port), '127.0.0.1');
  const lines = [
    `POST ${path} HTTP/1.1`,
    `Host: localhost:${port}`,
    `Origin: ${running.origin}`,
    'Sec-Fetch-Site: same-origin',
    'Content-Type: application/x-www-form-urlencoded',
    `Content-Length: ${body.length}`,
    `Cookie: ${cookie}`,
    'Connection: close',
  ];
  const half = Math.floor(body.length / 2);
  const arrived = new Promise<void>((resolve) => running.server.once('request', () => resolve()));
  socket.write(`${lines.join('\r\n')}\r\n\r\n${body.slice(0, half)}`);
  await arrived;
  const finish = () =>
    new Promise<string>((resolve) => {
      let answer = '';
      socket.on('data', (chunk) => {
        answer += chunk;
      });
      socket.on('close', () => resolve(answer));
      socket.write(body.slice(half));
    });
  return { finish, socket };
}

const forms: [string, string][] = [
  [paths.password, 'password=chosen-while-it-was-held-open'],
  [paths.email, 'email=elsewhere%40example.com'],
  [paths.endOtherSessions, 'nothing=here'],
  [paths.automaticPasskeys, 'nothing=here'],
  [paths.deleteAccount, `email=${encodeURIComponent('holder@example.com')}&password=any`],
  [paths.exportData, 'nothing=here'],
];

describe('[ASVS 2.3.3] a form that is held open while its owner signs out', () => {
  it.each(forms)('%s does nothing, and leads to the sign-in page', async (path, body) => {
    const held = await holdOpen(path, body);
    await owner.signOut();
    const before = await everythingKept(running.database.db);
    const answer = await held.finish();
    expect(answer).toMatch(/^HTTP\/1\.1 303 /);
    expect(answer).toMatch(/\r\nLocation: \/login/i);
    expect(await everythingKept(running.database.db)).toEqual(before);
  });
});

describe('a browser that goes away in the middle of a request', () => {
  it('is counted, and is no error of ours: no trace is written', async () => {
    const { socket } = await holdOpen(paths.password, 'password=never-sent-to-its-end');
    const logged = running.log.length;
    socket.destroy();
    const since = () => running.log.slice(logged).map((line) => JSON.parse(line));
    await expect.poll(() => since().map(({ event }) => event)).toContain('connection_broken');
    expect(since().filter(({ level }) => level === 'error')).toEqual([]);
    expect(since().filter(({ err }) => err !== undefined)).toEqual([]);
  });
});

describe('an account that is deleted while a passkey is being created', () => {
  it('refuses the passkey, and the passkey API keeps none', async () => {
    const { credential } = await owner.registrationAnswer();
    const other = createVisitor(running, createAuthenticator());
    await other.signIn(account);
    expect((await other.postForm(paths.deleteAccount, account)).headers.location).toBe(paths.goodbye);
    const refused = await owner.postJson(paths.passkeyRegistration, { finish: true, credential });
    expect([refused.status, refused.body.code]).toEqual([401, 'signed_out']);
  });
});
