/**
 * A form that was interrupted by a step-up is there again afterwards, once, in the browser that typed it; its passwords
 * never are.
 */
import type { Response } from 'supertest';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { paths, signInPath } from '../../src/paths.ts';
import { ageProofs, sessionsOf } from '../support/aged-session.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import { cookieNamed, cookiesOf, send } from '../support/request.ts';
import { givePasskey, signedIn } from '../support/seated.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

let running: TestApp;
let visitor: Visitor;
let path = '';

beforeAll(async () => {
  running = await startApp();
  return () => running.close();
});
beforeEach(async () => {
  await running.database.db('sessions').delete();
  visitor = createVisitor(running);
  await signedIn(running, visitor);
  if (!(await isThere())) path = paths.deletePasskey(await givePasskey(running, createAuthenticator()));
  await ageProofs(running, 3_600);
});
afterEach(() => void vi.useRealTimers());

const confirm = (returnTo = path) =>
  visitor.postForm(paths.reauth, { password: person.password, return_to: returnTo });
const isTicked = async (page = path) => {
  const { status, text } = await visitor.get(page);
  expect(status).toBe(200);
  return /name="end_sessions" value="yes" checked/.test(text);
};
/** What an answer leaves of a form in the browser, or undefined. */
const draftIn = ({ headers }: Response) => {
  const [value] = setCookies(headers).flatMap(
    (line) => /^latchkey-\d+-draft=([\w-]+);/.exec(line)?.[1] ?? [],
  );
  return value && JSON.parse(Buffer.from(value, 'base64url').toString());
};
const setCookies = (headers: Response['headers']) => ([] as string[]).concat(headers['set-cookie'] ?? []);
const isThere = async () =>
  (await running.database.db('passkey_api_credentials').select('id')).some(({ id }) => path.includes(id));

describe('a form that a step-up interrupts', () => {
  it.each([
    ['ticked', { end_sessions: 'yes' }, true],
    ['unticked', {}, false],
  ] as const)('comes back with its box as it was: %s', async (_, fields, ticked) => {
    const sent = await visitor.postForm(path, fields);
    expect([sent.status, sent.headers.location]).toEqual([
      303,
      `${paths.reauth}?${new URLSearchParams({ return_to: path })}`,
    ]);
    const confirmed = await confirm();
    expect(confirmed.headers.location).toBe(path);
    // It is a person who presses the button, not the step-up.
    expect(await isThere()).toBe(true);
    expect(await isTicked()).toBe(ticked);
    expect((await visitor.postForm(path, fields)).headers.location).toBe(paths.dashboard);
    expect(await isThere()).toBe(false);
  });

  it('comes back once, and is not lost by a wrong password, by looking around, or by asking for the head of the page', async () => {
    await visitor.postForm(path, {});
    expect((await visitor.postForm(paths.reauth, { password: 'wrong' })).status).toBe(422);
    await visitor.get(paths.dashboard);
    // Also when the page is asked for with a question in its address.
    const asked = `${path}?from=mail`;
    await confirm(asked);
    await visitor.agent.head(asked);
    expect([await isTicked(asked), await isTicked()]).toEqual([false, true]);
  });

  it('ends with the session', async () => {
    await visitor.postForm(path, {});
    await visitor.signOut();
    await signedIn(running, visitor);
    expect(await isTicked()).toBe(true);
  });

  it('ends after ten minutes', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    await visitor.postForm(path, {});
    vi.setSystemTime(Date.now() + 600_000);
    await confirm();
    expect(await isTicked()).toBe(true);
  });

  it('ends with the trust that there was when it was typed', async () => {
    await visitor.postForm(path, {});
    await confirm();
    await visitor.postForm(paths.endOtherSessions);
    expect(await isTicked()).toBe(true);
  });

  it('is in no other browser, also not in one with a copy of the session', async () => {
    const copied = cookiesOf((await confirm()) as never);
    await ageProofs(running, 3_600);
    await visitor.postForm(path, {});
    await ageProofs(running, 0);
    const elsewhere = await send(running, path, { headers: { Cookie: copied } });
    expect(elsewhere.text).toMatch(/name="end_sessions" value="yes" checked/);
    expect(await isTicked()).toBe(false);
  });
});

describe('[ASVS 14.2.1] what is kept of an interrupted form', () => {
  it('is what its page shows again, in a cookie of this browser and nowhere else, and never a password', async () => {
    const more = { password: 'hunter2-secret', new_password: 'hunter3-secret', note: 'hunter4-secret' };
    const sent = await visitor.postForm(path, { end_sessions: 'yes', ...more });
    const [session] = await sessionsOf(running);
    expect(draftIn(sent)).toEqual({
      path,
      fields: { end_sessions: 'yes' },
      until: expect.any(Number),
      signInId: session?.data.signInId,
      epoch: expect.any(Number),
    });
    const cookies = setCookies(sent.headers);
    expect(cookies.map((line) => /^latchkey-\d+-draft(\.sig)?=/.test(line))).toEqual([true, true]);
    for (const line of cookies) expect(line).toMatch(/; path=\/; expires=[^;]+; samesite=strict; httponly$/);
    expect(JSON.stringify(await sessionsOf(running))).not.toMatch(/end_sessions|hunter/);
    const page = await visitor.get(sent.headers.location ?? '');
    expect(sent.headers.location + page.text).not.toMatch(/end_sessions|hunter/);
    expect(running.log.join()).not.toMatch(/end_sessions|hunter/);
  });

  it('[ASVS 15.3.6] cannot break the session, whatever its fields are called', async () => {
    for (const name of ['__proto__', 'a[b]', 'userId']) {
      const sent = await visitor.postForm(path, { [name]: 'x' });
      expect(sent.status, name).toBe(303);
      expect((await visitor.get(paths.dashboard)).status, name).toBe(200);
    }
    expect((await confirm()).headers.location).toBe(path);
    expect(await isTicked()).toBe(false);
  });

  it('is worth nothing when it was changed, and breaks nothing', async () => {
    const cookie = cookiesOf((await confirm()) as never);
    const draft = cookieNamed(running, 'draft');
    const own = { path, fields: {}, until: Date.now() + 60_000, signInId: '', epoch: 0 };
    own.signInId = (await sessionsOf(running))[0]?.data.signInId ?? '';
    const forged = Buffer.from(JSON.stringify(own)).toString('base64url');
    for (const value of [forged, '%00'])
      for (const signature of ['', `; ${draft}.sig=${'A'.repeat(43)}`]) {
        const headers = { Cookie: `${cookie}; ${draft}=${value}${signature}` };
        const { status, text } = await send(running, path, { headers });
        expect([status, /name="end_sessions" value="yes" checked/.test(text)]).toEqual([200, true]);
      }
  });

  it('is nothing of what another website sends', async () => {
    const answer = await visitor.agent
      .post(path)
      .set({ 'Sec-Fetch-Site': 'cross-site' })
      .type('form')
      .send({ end_sessions: 'yes' });
    expect([answer.status, draftIn(answer)]).toEqual([403, undefined]);
  });
});

describe('a guest who sends the form', () => {
  it('leaves nothing, and comes back to the page of the form after signing in', async () => {
    await visitor.signOut();
    const sent = await visitor.postForm(path, { end_sessions: 'yes' });
    expect([sent.status, sent.headers.location]).toEqual([303, signInPath(path, 'session')]);
    expect(await sessionsOf(running)).toEqual([]);
    expect(await isThere()).toBe(true);
  });
});
