/** What the browser may tell password managers about somebody's passkeys: the whole list, to its owner alone, or nothing. */
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { sessionsOf } from '../support/aged-session.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { createAuthenticator } from '../support/authenticator.ts';
import { startRegistration } from '../support/ceremonies.ts';
import { eve } from '../support/person.ts';
import {
  type Answer,
  formType,
  rowCounts,
  send,
  signedInByPassword,
  signedInCookie,
} from '../support/request.ts';
import { givePasskey } from '../support/seated.ts';
import { passkeyCookie } from '../support/step-up.ts';
import { unattended, upgrade } from '../support/upgrade.ts';
import { brokenAnswer, createWire } from '../support/wire.ts';

const wire = createWire();
let running: TestApp;
let cookie: string;

beforeAll(async () => {
  running = await startApp({ wrapTransport: wire.wrapTransport });
  await running.createAccount(eve.email, eve.password);
  await givePasskey(running, createAuthenticator(), eve);
  return () => running.close();
});
beforeEach(async () => {
  cookie = await signedInCookie(running);
});
afterEach(() => wire.mend());

const signals = (Cookie = cookie, headers = {}): Promise<Answer> =>
  send(running, paths.passkeySignals, { headers: { Cookie, ...headers } });
const add = (): Promise<string> => givePasskey(running, createAuthenticator());
const ids = async (Cookie = cookie): Promise<string[]> =>
  JSON.parse((await signals(Cookie)).text).allAcceptedCredentialIds.sort();
async function clear(): Promise<void> {
  for (const table of ['passkey_api_credentials', 'passkey_records'])
    await running.database.db(table).delete();
}

/** As a Hanko server does, whose pages are small unless told otherwise; the page with this number breaks. */
function pagesOf(size: number, broken?: number, how: () => Response = brokenAnswer): void {
  wire.before = ({ url }) => {
    if (!url.searchParams.has('per_page')) return undefined;
    url.searchParams.set('per_page', String(size));
    return Number(url.searchParams.get('page')) === broken ? how() : undefined;
  };
}

describe('the answer', () => {
  it('names relying party, user and account as the creation of a passkey does, and nothing else', async () => {
    await clear();
    const id = await add();
    const { status, headers, text } = await signals();
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([
      200,
      'application/json; charset=utf-8',
      'no-store',
    ]);
    const { options } = await startRegistration(running, cookie);
    const { rp, user } = options.publicKey as unknown as { rp: { id: string }; user: { id: string } };
    expect(JSON.parse(text)).toEqual({
      rpId: rp.id,
      userId: user.id,
      name: person.email,
      displayName: person.email,
      allAcceptedCredentialIds: [id],
    });
    const [session] = await sessionsOf(running);
    expect(Buffer.from(user.id, 'base64url').toString()).toBe(session?.data.userId);
    expect(headers['set-cookie']).toBeUndefined();
  });

  it('takes the relying party from the settings, never from the request', async () => {
    const { text } = await signals(cookie, { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example' });
    expect(JSON.parse(text).rpId).toBe('localhost');
  });

  it('is an empty list for whoever has none', async () => {
    await clear();
    expect(await ids()).toEqual([]);
  });

  it('is the list as it is now: after a creation, an automatic one, and a deletion', async () => {
    await clear();
    const first = await add();
    cookie = await signedInByPassword(running);
    const automatic = JSON.parse((await upgrade(running, cookie, unattended())).text).passkey.id;
    expect(await ids()).toEqual([first, automatic].sort());
    const headers = { ...formType, Cookie: cookie };
    await send(running, paths.deletePasskey(first), { method: 'POST', headers, body: '' });
    expect(await ids()).toEqual([automatic]);
  });

  it('is the same in a session that a passkey opened, and has nothing of anybody else', async () => {
    await clear();
    const authenticator = createAuthenticator();
    const own = await givePasskey(running, authenticator);
    const theirs = await signedInCookie(running, eve);
    const foreign = await givePasskey(running, createAuthenticator(), eve);
    expect(await ids(await passkeyCookie(running, authenticator))).toEqual([own]);
    expect(await ids(theirs)).toEqual([foreign]);
  });

  it('changes nothing', async () => {
    const before = [await rowCounts(running), await sessionsOf(running)];
    await signals();
    expect([await rowCounts(running), await sessionsOf(running)]).toEqual(before);
  });
});

describe('a list of several API pages', () => {
  const own: string[] = [];
  beforeAll(async () => {
    await clear();
    for (let count = 0; count < 7; count++) own.push(await add());
    own.sort();
    // Long enough ago that none of them could be missing for being new.
    const created_at = new Date(Date.now() - 3_600_000).toISOString();
    await running.database.db('passkey_records').update({ created_at });
  });

  it('is read to its end', async () => {
    pagesOf(3);
    wire.calls.length = 0;
    expect(await ids()).toEqual(own);
    expect(wire.calls).toHaveLength(3);
  });

  it.each<[string, () => Response]>([
    ['breaks', brokenAnswer],
    ['is none', () => Response.json({ error: 'not today' })],
    ['has an entry that cannot be read', () => Response.json([{ id: 'x' }])],
    ['is empty although there should be more', () => listPage([], 7)],
  ])('is nothing at all when its second page %s: 503, and not one id', async (_, how) => {
    pagesOf(3, 2, how);
    const { status, headers, text } = await signals();
    expect([status, JSON.parse(text).code]).toEqual([503, 'passkey_service_unavailable']);
    expect([headers['cache-control'], headers['content-type']]).toEqual([
      'no-store',
      'application/problem+json',
    ]);
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
    for (const id of own) expect(text).not.toContain(id);
    expect(text).not.toContain('allAcceptedCredentialIds');
    wire.mend();
    expect(await ids()).toEqual(own);
  });
});

describe('[ASVS 8.2.1] a guest', () => {
  it('gets no list, and no call is made', async () => {
    wire.calls.length = 0;
    for (const stranger of ['', 'session=x; session.sig=y']) {
      const { status, headers, text } = await signals(stranger);
      expect([status, JSON.parse(text).code, headers['cache-control']]).toEqual([
        401,
        'signed_out',
        'no-store',
      ]);
      expect(headers['set-cookie']).toBeUndefined();
    }
    expect(wire.calls).toEqual([]);
  });
});

/** A page as the service answers it. */
function listPage(items: object[], total: number): Response {
  return Response.json(items, { headers: { 'x-total-count': String(total) } });
}
