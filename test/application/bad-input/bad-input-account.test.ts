import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paths } from '../../../src/paths.ts';
import { person, startApp, type TestApp } from '../../support/app.ts';
import { refused, someBrokenForms } from '../../support/refusals.ts';
import { formType, send, signedInCookie, type Wording } from '../../support/request.ts';

let running: TestApp;
let cookie: string;

beforeAll(async () => {
  running = await startApp();
  cookie = await signedInCookie(running);
  // The first page takes what the sign-in has left for it.
  await send(running, paths.dashboard, { headers: { Cookie: cookie } });
});
afterAll(() => running.close());

const signedIn = (wording: Wording): Wording => ({
  ...wording,
  headers: { ...wording.headers, Cookie: cookie },
});

describe.each([
  [paths.reauth, 'password=x'],
  [paths.automaticPasskeys, 'automatic=yes'],
  [paths.declineLocalPasskey, 'a=b'],
])('what %s does with bad input', (path, good) => {
  const automatic = async () => (await running.database.db('users').first()).automatic_passkeys;

  it.each(someBrokenForms(good))('[ASVS 2.2.1] refuses %s', async (_, [status, wording]) => {
    const before = await automatic();
    await refused(running, path, signedIn(wording), status);
    expect(await automatic()).toEqual(before);
  });
});

describe('what a step-up does with bad input', () => {
  it.each([
    ['nothing', ''],
    ['a list', 'password[]=x'],
    ['[ASVS 15.3.7] two passwords', `password=x&password=${person.password}`],
    ['a prototype', `__proto__[password]=${person.password}`],
    ['a password of 10 kB', `password=${'x'.repeat(10_000)}`],
    ['a password with NUL', `password=${person.password}%00`],
    ['the password of another field', `email=${person.password}`],
  ])('refuses %s, and gives no password back', async (_, body) => {
    const { text } = await refused(running, paths.reauth, signedIn({ headers: formType, body }), 422);
    expect(text).toMatch(/<input id="password" type="password"(?![^>]*value=)/);
    expect(text).not.toContain(person.password);
  });

  it.each(['return_to=https%3A%2F%2Fevil.example', 'return_to[]=%2Flogin', 'return_to=%2F%2Fevil.example'])(
    'sends nobody away with %s',
    async (more) => {
      const body = `password=wrong&${more}`;
      const { text } = await refused(running, paths.reauth, signedIn({ headers: formType, body }), 422);
      expect(text).not.toMatch(/name="return_to"|evil/);
    },
  );
});
