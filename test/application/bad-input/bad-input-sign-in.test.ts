import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paths } from '../../../src/paths.ts';
import { person, startApp, type TestApp } from '../../support/app.ts';
import { refused, someBrokenForms } from '../../support/refusals.ts';
import { formType, send } from '../../support/request.ts';

const good = new URLSearchParams(person).toString();
const password = `password=${person.password}`;

describe('what /login does with bad input', () => {
  let running: TestApp;
  beforeAll(async () => {
    running = await startApp();
  });
  afterAll(() => running.close());

  it('takes the good form that every other one here is a change of', async () => {
    expect((await send(running, paths.login, { method: 'POST', headers: formType, body: good })).status).toBe(
      303,
    );
  });

  it.each(someBrokenForms(good))('[ASVS 2.2.1, 2.2.2] refuses %s', async (_, [status, wording]) => {
    await refused(running, paths.login, wording, status);
  });

  it.each([
    ['nothing at all', ''],
    ['no email', password],
    ['no password', 'email=ada%40example.com'],
    ['an empty password', 'email=ada%40example.com&password='],
    ['the email as a list', `email[]=ada%40example.com&${password}`],
    ['the email as an object', `email[$ne]=x&${password}`],
    ['the password as an object', 'email=ada%40example.com&password[a]=x'],
    ['[ASVS 15.3.7] two emails', `email=ada%40example.com&email=eve%40example.com&${password}`],
    ['[ASVS 15.3.6] a prototype', `__proto__[email]=ada%40example.com&__proto__[password]=x`],
    ['a NUL in the email', `email=ada%00%40example.com&${password}`],
    ['a line break in the email', `email=ada%40example.com%0D%0ABcc:eve%40example.com&${password}`],
    ['an email of 10 kB', `email=${'a'.repeat(10_000)}%40example.com&${password}`],
  ])('refuses %s', async (_, body) => {
    await refused(running, paths.login, { headers: formType, body }, 422);
  });

  it.each([
    ['10 kB', 'x'.repeat(10_000)],
    ['NUL', '\0'],
    ['the right one and 4 kB more', person.password + 'x'.repeat(4_096)],
  ])('[ASVS 6.2.8] a password of %s is simply wrong', async (_, typed) => {
    const body = new URLSearchParams({ email: person.email, password: typed }).toString();
    const answer = await refused(running, paths.login, { headers: formType, body }, 422);
    expect(answer.text).toContain('Email or password is wrong.');
  });

  it('gives the email back, escaped, and never the password', async () => {
    const email = `"><script>alert('1')</script>@example.com`;
    const body = new URLSearchParams({
      email,
      password: 'hunter2<&"',
      return_to: '/dashboard?a="<b>',
    }).toString();
    const { text } = await refused(running, paths.login, { headers: formType, body }, 422);
    expect(text).toContain('value="&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;@example.com"');
    expect(text).toContain('name="return_to" value="/dashboard?a=%22%3Cb%3E"');
    expect(text).not.toContain('hunter2');
    expect(text).toMatch(/<input id="password" type="password"(?![^>]*value=)/);
  });

  it('[ASVS 8.2.3, 15.3.3] does not take more than the fields it names', async () => {
    const fields = 'userId=someone-else&id=1&method=passkey&role=admin&signInId=x&upgradeUntil=9999999999999';
    const body = `${good}&${fields}&fromElsewhere=true&created=x&credentialId=x&authenticatedAt=9999999999999`;
    await send(running, paths.login, { method: 'POST', headers: formType, body });
    const row = await running.database.db('sessions').orderBy('created_at', 'desc').first('data');
    const own = [
      'authenticatedAt',
      'device',
      'epoch',
      'method',
      'offersUpgrade',
      'provenBy',
      'signInId',
      'upgradeUntil',
      'userId',
    ];
    expect(Object.keys(JSON.parse(row.data)).sort()).toEqual(own);
    const { method, authenticatedAt, upgradeUntil } = JSON.parse(row.data);
    expect(method).toBe('password');
    expect(Math.max(authenticatedAt, upgradeUntil)).toBeLessThan(9_999_999_999_999);
  });
});
