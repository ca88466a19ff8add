/** Two copies of the application on one host, whose ports differ, in one browser: it sends each the cookies of both. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import { type Answer, formType, jsonType, send, type Wording } from '../support/request.ts';

const behindTls = { TRUST_PROXY: '127.0.0.1' };
const pairs = [
  { scheme: 'http', first: {}, second: {}, more: {} },
  {
    scheme: 'https',
    first: { ...behindTls, ORIGIN: 'https://localhost:8443' },
    second: { ...behindTls, ORIGIN: 'https://localhost' },
    more: { 'X-Forwarded-Proto': 'https' },
  },
];

describe.each(pairs)('two copies on one host with $scheme', ({ first, second, more }) => {
  let copies: [TestApp, TestApp];
  const jar = new Map<string, string>();
  beforeAll(async () => {
    copies = [await startApp({ env: first }), await startApp({ env: second })];
  });
  afterAll(async () => {
    for (const copy of copies) await copy.close();
  });
  beforeEach(async () => {
    jar.clear();
    for (const copy of copies) expect((await post(copy, paths.login, person)).status).toBe(303);
  });

  /** A browser keeps cookies by host and name, whatever the port. */
  async function browse(copy: TestApp, path: string, wording: Wording = {}): Promise<Answer> {
    const Cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await send(copy, path, { ...wording, headers: { ...more, ...wording.headers, Cookie } });
    for (const line of answer.headers['set-cookie'] ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/expires=Thu, 01 Jan 1970/.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  }

  const post = (copy: TestApp, path: string, fields: Record<string, string>) =>
    browse(copy, path, { method: 'POST', headers: formType, body: new URLSearchParams(fields).toString() });
  const ceremony = (copy: TestApp, posted: object) =>
    browse(copy, paths.passkeyRegistration, {
      method: 'POST',
      headers: jsonType,
      body: JSON.stringify(posted),
    });
  const isIn = async (copy: TestApp) => (await browse(copy, paths.dashboard)).status === 200;

  it('leave each other’s session alone, at signing in and at signing out', async () => {
    const [one, other] = copies;
    expect([await isIn(one), await isIn(other)]).toEqual([true, true]);
    expect((await post(other, paths.logout, {})).status).toBe(303);
    expect([await isIn(one), await isIn(other)]).toEqual([true, false]);
  });

  it('leave each other’s ceremonies alone', async () => {
    const starts = [];
    for (const copy of copies) starts.push(await ceremony(copy, { start: true }));
    for (const [place, copy] of copies.entries()) {
      const { createOptions } = JSON.parse(starts[place]?.text ?? '');
      const credential = createAuthenticator().create(createOptions, copy.origin);
      expect((await ceremony(copy, { finish: true, credential })).status).toBe(200);
    }
  });

  it('have no name in common: neither known devices nor hints are lost', async () => {
    for (const copy of copies) await ceremony(copy, { start: true });
    const names = [...jar.keys()].sort();
    const plain = names.map((name) => name.replace(/^(.*latchkey-)(\d+-)?/, ''));
    expect(names).toHaveLength(new Set(plain).size * 2);
    expect(new Set(plain)).toEqual(
      new Set(['ceremony', 'ceremony.sig', 'device', 'device.sig', 'last_method', 'session', 'session.sig']),
    );
  });
});
