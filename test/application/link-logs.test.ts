/** Each kind of mailed link through each kind of refusal: no line of the log has its secret, or what came with it. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { withoutTable } from '../support/answers.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { type MailedLink, oneLinkOfEachKind } from '../support/mailed-links.ts';
import { sendRaw } from '../support/raw.ts';
import { formType, jsonType, send } from '../support/request.ts';

/** What comes with an address, and is nobody's business either. */
const query = 'canary-in-a-query';
let running: TestApp;
let overHttps: TestApp;
let links: MailedLink[];
beforeAll(async () => {
  const env = { SMTP_URL: 'smtp://127.0.0.1:9' };
  running = await startApp({ env });
  overHttps = await startApp({
    env: { ...env, ORIGIN: 'https://app.example.com', TRUST_PROXY: '192.0.2.1' },
    database: running.database,
  });
  links = (await oneLinkOfEachKind(running)).links;
}, 30_000);
afterAll(async () => {
  await overHttps.close();
  await running.close();
});

type Sent = ReturnType<typeof send>;
const post = (path: string, headers = {}, body: string | Uint8Array = 'password=short') =>
  send(running, path, { method: 'POST', headers: { ...formType, ...headers }, body });
const get = (path: string, headers = {}) => send(running, path, { headers });
const head = (method: string, target: string) =>
  `${method} ${target} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n`;

/** With the status of their answer; a connection that breaks has none. */
const refusals: Record<string, [status: number, ask: (link: MailedLink) => Sent]> = {
  'from another website': [403, ({ path }) => post(path, { 'Sec-Fetch-Site': 'cross-site' })],
  'from another origin': [403, ({ path }) => post(path, { Origin: 'https://evil.example' })],
  'glued, and from another origin': [403, ({ path }) => post(`${path})/x`, { Origin: 'null' })],
  'by another method': [405, ({ path }) => send(running, path, { method: 'DELETE' })],
  'by a method that nobody knows': [405, ({ path }) => send(running, path, { method: 'PROPFIND' })],
  'with too much': [413, ({ path }) => post(path, {}, 'x'.repeat(20_000))],
  'with something compressed': [
    415,
    ({ path }) => post(path, { 'Content-Encoding': 'gzip' }, gzipSync('a=b')),
  ],
  'with JSON': [415, ({ path }) => post(path, jsonType, '{}')],
  'with text that is none': [400, ({ path }) => post(path, {}, 'password=%FF')],
  'with too many fields': [400, ({ path }) => post(path, {}, 'a=1&'.repeat(150))],
  'as an address that nobody has': [404, ({ path }) => get(`/nowhere${path}?x=${query}`)],
  'as an address of its own': [404, ({ secret }) => get(`/${secret}?x=${query}`)],
  'as an address in capitals': [
    404,
    ({ path, secret }) => get(path.replace(secret, '').toUpperCase() + secret),
  ],
  'behind two slashes': [404, ({ path }) => get(`/${path}`)],
  'behind two slashes of its own': [404, ({ path, secret }) => get(path.replace(secret, `/${secret}`))],
  'with an escape in its name': [
    404,
    ({ path }) => get(path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`)),
  ],
  'behind an escape that is none': [404, ({ path }) => get(`/%zz${path}`)],
  'with an escape that is none in front': [
    410,
    ({ path, secret }) => get(path.replace(secret, `%zz${secret}`)),
  ],
  'with an escape that is none in its middle': [
    410,
    ({ path, secret }) => get(path.replace(secret, `${secret.slice(0, 14)}%zz${secret.slice(14)}`)),
  ],
  'cut off': [410, ({ path }) => get(path.slice(0, -1))],
  'as a target that is no path': [400, ({ secret }) => get(secret)],
  'as a target of another host': [404, ({ path }) => get(`http://elsewhere.example/x${path}?x=${query}`)],
  'where somebody wanted to go': [
    200,
    ({ path }) => get(`${paths.login}?return_to=${encodeURIComponent(path)}&x=${query}`),
  ],
  'where somebody who is no user wanted to go': [
    303,
    ({ path }) => get(`${paths.dashboard}?from=${path}&x=${query}`),
  ],
  'as the page before': [
    404,
    ({ path }) => get('/nowhere', { Referer: `${running.origin}${path}?x=${query}` }),
  ],
  'in a cookie that is none': [
    200,
    ({ path }) => get(paths.login, { Cookie: `session=${path}; session.sig=${query}` }),
  ],
  'as the name of a browser': [404, ({ path }) => get('/nowhere', { 'User-Agent': path })],
  'as an address of the API': [404, ({ path }) => get(`/api${path}`)],
  'over http, where https is needed': [308, ({ path }) => send(overHttps, `${path}?x=${query}`)],
  'in a form over http, where https is needed': [
    403,
    ({ path }) => send(overHttps, path, { method: 'POST', headers: formType, body: 'a=b' }),
  ],
  'while its table is away': [
    500,
    ({ path }) => withoutTable(running, 'account_tokens', () => get(`${path}?x=${query}`)),
  ],
  'in a form while its table is away': [
    500,
    ({ path }) => withoutTable(running, 'account_tokens', () => post(path)),
  ],
};

/** What the server answers before anybody sees a request, or does not answer at all. */
const broken: Record<string, (link: MailedLink) => Promise<string>> = {
  'with half a body': ({ path }) =>
    sendRaw(running, `${head('POST', path)}Content-Length: 50\r\n\r\nabc`, 'half-close'),
  'with half a body and a reset': ({ path }) =>
    sendRaw(running, `${head('POST', path)}Content-Length: 50\r\n\r\nabc`, 'reset'),
  'with a chunk that is none': ({ path }) =>
    sendRaw(running, `${head('POST', path)}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, 'wait'),
  'with an encoding that there is not': ({ path }) =>
    sendRaw(running, `${head('POST', path)}Transfer-Encoding: banana\r\n\r\n`, 'wait'),
  'in a line that is none': ({ path }) => sendRaw(running, `GET ${path} banana\r\n\r\n`, 'wait'),
  'in a line with a blank': ({ path }) =>
    sendRaw(running, `GET ${path} . HTTP/1.1\r\nHost: x\r\n\r\n`, 'wait'),
  'to another host': ({ path }) => sendRaw(running, `CONNECT ${path} HTTP/1.1\r\nHost: x\r\n\r\n`, 'wait'),
  'with far too long an address': ({ path }) =>
    sendRaw(running, `GET ${path}${'/x'.repeat(10_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 'wait'),
};

/**
 * Each of these meets every kind of link: something else writes or hides the address then. The others are answered before
 * anybody knows what kind it is, and meet one kind each.
 */
const knowingTheKind = new Set([
  'from another website',
  'glued, and from another origin',
  'by another method',
  'with text that is none',
  'with an escape that is none in its middle',
  'cut off',
  'in a form over http, where https is needed',
  'as the page before',
  'while its table is away',
  'in a form while its table is away',
]);

it('[ASVS 16.2.5] the log has no secret of a mailed link and no query, however the link comes', async () => {
  const told: string[] = [];
  let asked = 0;
  for (const [nth, link] of links.entries()) {
    const meets = ([how]: [string, unknown], index: number) =>
      knowingTheKind.has(how) || index % links.length === nth;
    const met = Object.entries(refusals).filter(meets);
    for (const [how, [status, ask]] of met) {
      const answer = await ask(link);
      expect([how, link.kind, answer.status]).toEqual([how, link.kind, status]);
    }
    for (const [, ask] of Object.entries(broken).filter(meets)) await ask(link);
    asked += met.length;
    // Throttled at last: a link that does not work is held to what strangers may post.
    await running.database.db('rate_limits').insert({
      key: 'account-form:127.0.0.1',
      points: 9_999,
      expire: Date.now() + 60_000,
    });
    expect((await post(link.path.replace(link.secret, link.secret.replace(/.$/, '.')))).status).toBe(429);
    await running.database.db('rate_limits').delete();
    told.push(link.secret, link.secret.slice(0, 14), link.secret.slice(0, -1));
  }
  const log = [...running.log, ...overHttps.log].join('');
  expect(log.match(/"msg":"request"/g)?.length).toBeGreaterThan(asked);
  expect([...told, query].filter((text) => log.includes(text))).toEqual([]);
});
