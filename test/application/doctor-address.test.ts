/** What the doctor finds at the address that people see, and in front of the application. */
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { runChore } from '../support/chores.ts';
import { freePort } from '../support/free-port.ts';
import { type HttpServer, json, startHttpServer } from '../support/http-server.ts';
import { selfSigned } from '../support/self-signed.ts';

const origin = 'https://app.invalid';
let running: TestApp;
let elsewhere: HttpServer;
beforeAll(async () => {
  running = await startApp();
  elsewhere = await startHttpServer();
});
afterAll(async () => {
  await running.close();
  await elsewhere.stop();
});

/** What was said about one thing, and the exit code. */
async function doctor(about: string, env: Record<string, string>): Promise<[string | undefined, number]> {
  const { code, out, err } = await runChore(['doctor'], { databaseUrl: running.database.url, env });
  expect(out + err).not.toContain(running.config.secretKeys[0]);
  return [out.split('\n').find((line) => line.slice(9).startsWith(`${about}: `)), code];
}

describe('the doctor, of the proxy', () => {
  it('finds an https origin without any: no page can be shown', async () => {
    const [line, code] = await doctor('proxy', { ORIGIN: origin });
    expect(line).toMatch(/^fault .*TRUST_PROXY names no proxy.*Set TRUST_PROXY to the address of the proxy/);
    expect(code).toBe(1);
  });

  it('is content with one that is named, and with an http origin', async () => {
    expect((await doctor('proxy', { ORIGIN: origin, TRUST_PROXY: '10.0.0.0/8' }))[0]).toMatch(
      /^ok .*10\.0\.0\.0/,
    );
    expect((await doctor('proxy', {}))[0]).toMatch(/^ok /);
  });
});

describe('the doctor, of the address that people see', () => {
  const at = async (ORIGIN: string) => doctor('address', { ORIGIN, TRUST_PROXY: '127.0.0.1' });

  it('finds this deployment there', async () => {
    expect(await at(running.origin)).toEqual([`ok       address: ${running.origin} leads here`, 0]);
  });

  it('finds another deployment of the same application', async () => {
    const other = await startApp({ env: { SECRET_KEYS: 'other-keys-than-those-of-the-template' } });
    const [line, code] = await at(other.origin);
    await other.close();
    expect([line, code]).toEqual([expect.stringMatching(/^fault .*other SECRET_KEYS.*Look at ORIGIN/), 1]);
  });

  it.each<[string, HttpServer['answer'], RegExp, number]>([
    ['another site', (_, response) => response.end('<h1>Hello</h1>'), /another site, or .*\(200\)/, 1],
    [
      'something else with a probe',
      json(200, { status: 'ok' }),
      /other SECRET_KEYS or of another release/,
      1,
    ],
    [
      'one that repeats what it is asked',
      (request, response) =>
        json(200, { status: 'ok', proof: request.url?.split('=')[1] })(request, response),
      /other SECRET_KEYS/,
      1,
    ],
    [
      'a page that there is not',
      (_, response) => response.writeHead(404).end(),
      /another site, or \/healthz is closed there \(404\)/,
      1,
    ],
    [
      'a proxy that reaches nobody',
      (_, response) => response.writeHead(502).end(),
      /answers 502: the proxy does not reach/,
      1,
    ],
    [
      'a redirect to itself',
      (request, response) => response.writeHead(308, { Location: request.url }).end(),
      /redirects to itself: the proxy takes https for http/,
      1,
    ],
    [
      'a redirect to elsewhere',
      (_, response) => response.writeHead(301, { Location: 'https://www.example.com/healthz' }).end(),
      /sends on to https:\/\/www\.example\.com\. Set ORIGIN/,
      1,
    ],
    [
      'somebody who hangs up',
      (request) => request.socket.destroy(),
      /does not answer \((UND_ERR_SOCKET|ECONNRESET)\)/,
      0,
    ],
  ])('finds %s', async (_, answer, words, expected) => {
    elsewhere.answer = answer;
    const [line, code] = await at(elsewhere.url.replace('127.0.0.1', 'localhost'));
    expect(line).toMatch(words);
    expect([line?.slice(0, 7).trim(), code]).toEqual([expected === 1 ? 'fault' : 'warning', expected]);
  });

  it('finds nobody, no name, and no TLS', async () => {
    const [nobody] = await at(`http://localhost:${await freePort()}`);
    expect(nobody).toMatch(/^warning .*nobody listens .*\(ECONNREFUSED\)\. Start the server, and the proxy/);
    const [nameless] = await at('https://nowhere.invalid');
    expect(nameless).toMatch(/^warning .*is not known here .*Look at ORIGIN, and at the name server/);
    const [plain, code] = await at(running.origin.replace('http:', 'https:'));
    expect([plain, code]).toEqual([expect.stringMatching(/^fault .*does not speak TLS/), 1]);
  });

  it('finds a certificate that no browser trusts', async () => {
    const server = createServer(selfSigned, (_, response) => response.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const [line, code] = await at(`https://localhost:${(server.address() as AddressInfo).port}`);
    server.close();
    expect([line, code]).toEqual([
      expect.stringMatching(/^fault .*nobody whom this machine trusts .*NODE_EXTRA_CA_CERTS/),
      1,
    ]);
  });
});

describe('the probe', () => {
  const ask = async (nonce: string, headers = {}) =>
    (await fetch(`${running.url}/healthz?nonce=${nonce}`, { headers })).json();

  it('proves nothing unless it is asked, and never the same twice', async () => {
    expect(await ask('')).toEqual({ status: 'ok' });
    expect(await ask('short')).toEqual({ status: 'ok' });
    const [one, other] = [await ask('a'.repeat(22)), await ask('b'.repeat(22))];
    expect(one).toEqual({ status: 'ok', proof: expect.stringMatching(/^[\w-]{43}$/), https: false });
    expect(other.proof).not.toBe(one.proof);
  });
});
