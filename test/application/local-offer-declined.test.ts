/** "No" to a passkey on this computer is remembered here, and says nothing about anybody. */
import { beforeAll, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import { cookieNamed, cookiesOf, formType, rowCounts, send, signedInCookie } from '../support/request.ts';
import { givePasskey } from '../support/seated.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

const card = 'Add a passkey to this computer?';
let running: TestApp;
beforeAll(async () => {
  running = await startApp();
  return () => running.close();
});

/** Somebody who has signed in with a phone. */
async function phoneVisitor(): Promise<Visitor> {
  const visitor = createVisitor(running, createAuthenticator({ attachment: 'cross-platform' }));
  await givePasskey(running, visitor.authenticator);
  await visitor.signInWithPasskey();
  return visitor;
}
const page = async (visitor: Visitor) => (await visitor.get(paths.dashboard)).text;
const decline = (visitor: Visitor) => visitor.postForm(paths.declineLocalPasskey);
const cookieLines = (headers: Record<string, unknown>) =>
  [headers['set-cookie'] ?? []].flat().filter((line) => String(line).includes('-local_passkey='));

describe('"No, thanks"', () => {
  it('is remembered on this computer for a year, in words that identify nobody, and on no other one', async () => {
    const visitor = await phoneVisitor();
    const answer = await decline(visitor);
    expect([answer.status, answer.headers.location]).toEqual([303, paths.dashboard]);
    const [line = '', ...others] = cookieLines(answer.headers);
    expect(others).toEqual([]);
    expect(line).toMatch(
      /^latchkey-\d+-local_passkey=declined; path=\/; expires=[^;]+; samesite=lax; httponly$/i,
    );
    const end = Date.parse(/expires=([^;]+)/i.exec(String(line))?.[1] ?? '');
    expect(Math.round((end - Date.now()) / 86_400_000)).toBe(365);
    expect(await page(visitor)).toContain('We will not ask again on this device.');

    await visitor.signOut();
    await visitor.signInWithPasskey();
    expect(await page(visitor)).not.toContain(card);

    const elsewhere = createVisitor(running, visitor.authenticator);
    await elsewhere.signInWithPasskey();
    expect(await page(elsewhere)).toContain(card);
  });

  it('is said by no other word in the cookie', async () => {
    const visitor = await phoneVisitor();
    await visitor.signOut();
    for (const word of ['', 'DECLINED']) {
      visitor.agent.jar.setCookie(`${cookieNamed(running, 'localPasskey')}=${word}; path=/`, '127.0.0.1');
      await visitor.signInWithPasskey();
      expect(await page(visitor), word).toContain(card);
      await visitor.signOut();
    }
  });

  it('[ASVS 3.5.1] is taken from no guest, no other website and nothing but a form', async () => {
    const cookie = await signedInCookie(running);
    const before = await rowCounts(running);
    const post = (headers: Record<string, string>, body = '') =>
      send(running, paths.declineLocalPasskey, { method: 'POST', headers, body });
    const answers = [
      await post(formType),
      await post({ ...formType, Cookie: cookie, 'Sec-Fetch-Site': 'cross-site' }),
      await post({ 'Content-Type': 'application/json', Cookie: cookie }, '{}'),
      await send(running, paths.declineLocalPasskey, { headers: { Cookie: cookie } }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([303, 403, 415, 405]);
    expect(answers.flatMap(({ headers }) => cookieLines(headers))).toEqual([]);
    expect(await rowCounts(running)).toEqual(before);
  });

  it('[ASVS 3.3.1] is a __Host- cookie with an https origin', async () => {
    const secure = await startApp({ env: { ORIGIN: 'https://app.example.com', TRUST_PROXY: '127.0.0.1' } });
    try {
      const overTls = { ...formType, 'X-Forwarded-Proto': 'https' };
      const body = new URLSearchParams(person).toString();
      const signIn = await send(secure, paths.login, { method: 'POST', headers: overTls, body });
      const headers = { ...overTls, Cookie: cookiesOf(signIn) };
      const answer = await send(secure, paths.declineLocalPasskey, { method: 'POST', headers, body: '' });
      const line = answer.headers['set-cookie']?.find((text) => text.includes('local_passkey'));
      expect(line).toMatch(/^__Host-latchkey-local_passkey=declined; path=\/; .*secure; httponly$/i);
    } finally {
      await secure.close();
    }
  });
});
