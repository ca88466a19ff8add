import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { paths } from '../../../src/paths.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { refused, someBrokenForms } from '../../support/refusals.ts';
import { cookiesOf, formType, send, signedInCookie, type Wording } from '../../support/request.ts';
import { createVisitor, type Visitor } from '../../support/visitor.ts';

let running: TestApp;
let visitor: Visitor;
let cookie: string;
let id: string;

beforeAll(async () => {
  running = await startApp();
  visitor = createVisitor(running);
  await visitor.signIn();
  id = (await visitor.createPasskey()).body.passkey.id;
  await visitor.postForm(paths.renamePasskey(id), { name: 'Before' });
  await visitor.get(paths.dashboard);
  cookie = await signedInCookie(running);
});
afterAll(() => running.close());

const signedIn = (wording: Wording): Wording => ({
  ...wording,
  headers: { ...wording.headers, Cookie: cookie },
});
const name = async () => (await running.database.db('passkey_api_credentials').first('name')).name;

describe('what renaming does with bad input', () => {
  it.each(someBrokenForms('name=After'))('[ASVS 2.2.1] refuses %s', async (_, [status, wording]) => {
    await refused(running, paths.renamePasskey(id), signedIn(wording), status);
    expect(await name()).toBe('Before');
  });

  it.each([
    ['nothing', ''],
    ['a list', 'name[]=After'],
    ['two names', 'name=After&name=Later'],
    ['a name of 65 characters', `name=${'x'.repeat(65)}`],
    ['text that turns around', 'name=Af%E2%80%AEter'],
  ])('refuses %s', async (_, body) => {
    await refused(running, paths.renamePasskey(id), signedIn({ headers: formType, body }), 422);
    expect(await name()).toBe('Before');
  });

  it('gives the name back, escaped', async () => {
    const body = new URLSearchParams({ name: `"><img src=x>${'x'.repeat(64)}` }).toString();
    const { text } = await refused(
      running,
      paths.renamePasskey(id),
      signedIn({ headers: formType, body }),
      422,
    );
    expect(text).toContain('value="&quot;&gt;&lt;img src=x&gt;');
  });
});

describe('what deleting does with bad input', () => {
  it.each(someBrokenForms('a=b'))('[ASVS 2.2.1] refuses %s', async (_, [status, wording]) => {
    await refused(running, paths.deletePasskey(id), signedIn(wording), status);
  });
});

const badIds = ['A', 'A'.repeat(8_000), '%00', '%FF', '%', '%2e%2e', '%2F', '%F0%9F%98%80', '__proto__'];

describe.each([
  ['rename', badIds],
  ['delete', badIds.slice(0, 3)],
])('what /passkeys/:id/%s does with an id that is none', (act, ids) => {
  it.each(ids)('answers 404 to %s', async (badId) => {
    const path = `/passkeys/${badId}/${act}`;
    await refused(running, path, signedIn({ headers: formType, body: 'name=After' }), 404);
    expect((await send(running, path, signedIn({ method: 'GET' }))).status).toBe(404);
    expect(await name()).toBe('Before');
  });
});

describe('addresses that are not well formed', () => {
  it.each(['/%', '/login%00', '/%2e%2e/%2e%2e/etc/passwd', '/..;/dashboard', '/login;x=1', '/a\\b'])(
    'answers 404 to %s',
    async (path) => {
      await refused(running, path, { method: 'GET', headers: { Cookie: cookie } }, 404);
    },
  );

  it('takes a very long query, and sends nobody back to it', async () => {
    const answer = await send(running, `/dashboard?${'%22'.repeat(4_000)}`);
    expect([answer.status, answer.headers.location]).toEqual([303, paths.login]);
    expect((await send(running, `/login?return_to=/${'a'.repeat(12_000)}`)).status).toBe(200);
    expect((await send(running, `/login?${'return_to=/a&'.repeat(900)}`)).text).not.toContain(
      'name="return_to"',
    );
    expect(cookiesOf(answer)).toBe('');
  });
});
