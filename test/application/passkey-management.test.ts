/** What the dashboard says of each passkey: where it lives, what it was used for, what it cannot do. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Requester } from '../../src/operations/operation.ts';
import { paths } from '../../src/paths.ts';
import { actingIn } from '../support/acting.ts';
import { startApp, type TestApp } from '../support/app.ts';
import {
  type Authenticator,
  type AuthenticatorOptions,
  createAuthenticator,
} from '../support/authenticator.ts';
import { withOuter } from '../support/credential-surgery.ts';
import { entryOf, factsOf } from '../support/dashboard.ts';
import { signedIn } from '../support/seated.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';
import { brokenAnswer, createWire } from '../support/wire.ts';

const chromeOnMac =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
const icloud = new Uint8Array(Buffer.from('fbfc3007154e4ecc8c0b6e020557d7bd', 'hex'));
const wire = createWire();
let running: TestApp;
let visitor: Visitor;
let requester: Requester;

beforeAll(async () => {
  running = await startApp({ wrapTransport: wire.wrapTransport });
  return () => running.close();
});
beforeEach(async () => {
  for (const table of ['sessions', 'passkey_api_credentials', 'passkey_records'])
    await running.database.db(table).delete();
  visitor = createVisitor(running);
  requester = await signedIn(running, visitor);
});
afterEach(() => wire.mend());

const dashboard = async () => (await visitor.get(paths.dashboard)).text;
const entry = async (id: string) => entryOf(await dashboard(), id);
const facts = async (id: string) => factsOf(await dashboard(), id);

/** A new passkey, of which its browser says what it likes. */
async function create(credProps?: { rk: boolean }): Promise<string> {
  const { body } = await visitor.postJson(paths.passkeyRegistration, { start: true });
  const credential = visitor.authenticator.create(body.createOptions, running.origin);
  const said = withOuter(credential, { clientExtensionResults: credProps ? { credProps } : {} });
  const finish = await visitor.postJson(paths.passkeyRegistration, { finish: true, credential: said });
  return finish.body.passkey.id;
}
/** One that is there already. */
async function add(authenticator: Authenticator): Promise<string> {
  const user = (await running.app.accounts.find(requester.userId)) ?? expect.fail();
  return actingIn(running).addPasskey(user, requester, authenticator);
}
/** With another authenticator. */
function sameBrowser(): Visitor {
  const next = createVisitor(running);
  next.agent.jar = visitor.agent.jar;
  return next;
}
const addNew = (options?: AuthenticatorOptions) => add(createAuthenticator(options));

async function signInWith(authenticator: Authenticator, userAgent = ''): Promise<void> {
  visitor = createVisitor(running, authenticator);
  const { credential } = await visitor.signInAnswer();
  const body = { finish: true, credential };
  expect((await visitor.postJson(paths.passkeyLogin, body).set('User-Agent', userAgent)).status).toBe(200);
}

describe('an entry says', () => {
  it('who keeps the passkey, by name and by an icon for light and dark, and whether there is a copy elsewhere', async () => {
    const ids = [
      await addNew({ aaguid: icloud }),
      await addNew({ flags: { backupEligible: false, backedUp: false } }),
    ];
    const page = await dashboard();
    const [known = '', unknown = ''] = ids.map((id) => entryOf(page, id));
    expect(known).toContain('>iCloud Keychain</bdi></strong>');
    expect(known).toMatch(/srcset="\/[^"]*provider-icloud-dark[^"]*\.svg"/);
    expect(known).toMatch(/<img class="provider" src="\/[^"]*provider-icloud-light[^"]*\.svg" alt=""/);
    expect(unknown).toContain('<svg class="icon"');
    expect(unknown).not.toContain('<img');
    expect(ids.map((id) => factsOf(page, id))).toEqual([['Synced'], ['On one device only']]);
  });

  it('when it was created and last used, and where', async () => {
    const authenticator = createAuthenticator();
    const id = await add(authenticator);
    const created_at = '2025-11-03T10:00:00.000Z';
    const stored = () => running.database.db('passkey_api_credentials').where({ id });
    await stored().update({ created_at, last_used_at: created_at });
    expect(await entry(id)).toMatch(/Created <time datetime="2025-11-03T10:00:00.000Z">3 Nov 2025<\/time>/);
    expect(await entry(id)).toContain('Not used yet');

    await signInWith(authenticator, chromeOnMac);
    expect(await entry(id)).toMatch(/Last used <time datetime="[^"]+">just now<\/time> · Chrome on macOS/);
    const twoDaysAgo = new Date(Date.now() - 2 * 24 * 3_600_000 - 60_000).toISOString();
    await stored().update({ last_used_at: twoDaysAgo });
    expect(await entry(id)).toContain(`${twoDaysAgo}">2 days ago</time> · Chrome on macOS`);
    expect(await entry(id)).not.toContain('Not used yet');
  });

  it('that it opened this session, and only that one does', async () => {
    const authenticator = createAuthenticator();
    const [used, other] = [await add(authenticator), await addNew()];
    expect([await facts(used), await facts(other)]).toEqual([['Synced'], ['Synced']]);
    await signInWith(authenticator);
    expect([await facts(used), await facts(other)]).toEqual([
      ['Used for this session', 'Synced'],
      ['Synced'],
    ]);
  });

  it('that it cannot sign in by itself, where the browser said so; it is kept all the same', async () => {
    const ids: string[] = [];
    for (const said of [{ rk: false }, { rk: true }, undefined]) {
      visitor = sameBrowser();
      ids.push(await create(said));
    }
    const page = await dashboard();
    expect(ids.map((id) => factsOf(page, id))).toEqual([
      ['Synced', 'Works only after your password'],
      ['Synced'],
      ['Synced'],
    ]);
  });

  it('what can be done with it, in two words that the name explains', async () => {
    const id = await addNew();
    const text = await entry(id);
    for (const [action, word] of [
      [paths.renamePasskey(id), 'Rename'],
      [paths.deletePasskey(id), 'Delete'],
    ])
      expect(text).toMatch(
        new RegExp(
          `action="${action}"><button class="quiet" type="submit" aria-describedby="passkey-1">${word}<`,
        ),
      );
    expect(text).toContain('<strong id="passkey-1">');
  });
});

describe('a new passkey', () => {
  it('opens with a form for its name, once, which can be skipped', async () => {
    const [old, id] = [await addNew(), await create()];
    const text = await entry(id);
    expect(text).toContain('Give it a name of your own (optional)');
    expect(text).toContain(`<form class="naming" method="post" action="${paths.renamePasskey(id)}"`);
    expect(text).toMatch(/value="Passkey · [^"]+">/);
    expect(text).toContain(`<a class="button quiet" href="${paths.dashboard}">Skip</a>`);
    expect(await entry(id)).not.toContain('naming');
    expect(await entry(old)).not.toContain('naming');
    await visitor.postForm(paths.renamePasskey(id), { name: 'Work laptop' });
    expect(await entry(id)).toContain('>Work laptop</bdi></strong>');
  });
});

describe('while the passkey service is down', () => {
  it('the dashboard renders all the same, and says so in one line', async () => {
    await addNew();
    wire.before = brokenAnswer;
    const { status, text } = await visitor.get(paths.dashboard);
    expect(status).toBe(200);
    expect(text).toContain('Passkeys are not available right now. Try again in a few minutes.');
    expect(text).not.toMatch(/Create a passkey|class="passkeys"/);
    expect(text).toContain('Sign out');
  });
});
