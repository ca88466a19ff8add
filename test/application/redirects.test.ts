import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { cookiesOf, formType, send, signedInCookie } from '../support/request.ts';
import { owningPasskey } from '../support/seated.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

/** Two of those in src/web/http/redirect.test.ts, where what may be gone on to is decided: here is whether it is asked everywhere. */
const hostile = ['//evil.example', 'javascript:alert(1)'];

let running: TestApp;
let visitor: Visitor;
beforeAll(async () => {
  running = await startApp();
  visitor = createVisitor(running);
  await owningPasskey(running, visitor);
});
afterAll(() => running.close());

const signIn = (fields: Record<string, string>) =>
  send(running, paths.login, {
    method: 'POST',
    headers: formType,
    body: new URLSearchParams({ ...person, ...fields }).toString(),
  });

describe.each(hostile)('[ASVS 3.7.2] a link that wants people to go on to %s', (return_to) => {
  it('leads to the dashboard by password, by passkey, and when already signed in', async () => {
    expect((await signIn({ return_to })).headers.location).toBe(paths.dashboard);
    expect((await visitor.signInWithPasskey({ return_to })).body.redirect).toBe(paths.dashboard);
    const query = new URLSearchParams({ return_to });
    const headers = { Cookie: await signedInCookie(running) };
    expect((await send(running, `/login?${query}`, { headers })).headers.location).toBe(paths.dashboard);
  });

  it('leaves nothing in the form, neither at first nor when it comes back', async () => {
    const first = await send(running, `/login?${new URLSearchParams({ return_to })}`);
    const again = await signIn({ return_to, password: 'wrong', email: 'nobody@example.com' });
    for (const { text } of [first, again])
      expect(text).not.toMatch(/evil\.example|alert\(1\)|name="return_to"/);
  });
});

describe('every redirect', () => {
  it('has a path of our own, an empty body, and is never kept', async () => {
    const signedOut = [await send(running, '/'), await send(running, '/dashboard?a="><script>')];
    for (const answer of [...signedOut, await signIn({})]) {
      expect(answer.status).toBe(303);
      expect(answer.headers.location).toMatch(/^\/(?!\/)[\w/?=%&.-]*$/);
      expect([answer.text, answer.headers['cache-control']]).toEqual(['', 'no-store']);
    }
    expect(signedOut.map(cookiesOf)).toEqual(['', '']);
  });

  it('from somebody who comes by a link of another site ends where everybody begins', async () => {
    const headers = { Referer: 'http://evil.example/back', 'Sec-Fetch-Site': 'cross-site' };
    expect((await send(running, '/', { headers })).headers.location).toBe('/login');
  });
});
