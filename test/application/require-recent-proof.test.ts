import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AppContext } from '../../src/web/http/context.ts';
import { takeDraft } from '../../src/web/http/draft-cookie.ts';
import { requireRecentProof } from '../../src/web/middleware/require-recent-proof.ts';
import { cookiesOf } from '../support/request.ts';
import { type SessionApp, startSessionApp } from '../support/session-app.ts';

const minute = 60_000;
let app: SessionApp;
let cookie: string;
/** What the browser keeps of an interrupted form. */
let draft: string;
beforeAll(async () => {
  app = await startSessionApp();
  return () => app.database.drop();
});
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  await app.database.db('sessions').delete();
  cookie = await app.signIn();
  draft = '';
});
afterEach(() => void vi.useRealTimers());

const pass = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);

type Asked = { method?: 'get' | 'post'; path?: string; body?: unknown; kept?: string[] };

/** A request at the lock: whether it passed, where it was sent, and what became of it otherwise. */
async function knock({
  method = 'get',
  path = '/passkeys/x/delete',
  body,
  kept = ['end_sessions'],
}: Asked = {}) {
  let passed = false;
  let refusal: string | undefined;
  const act = async (ctx: AppContext) => {
    Object.assign(ctx.request, { body });
    const next = async () => {
      passed = true;
    };
    await requireRecentProof(false, kept)(ctx, next).catch(({ code }) => {
      refusal = code;
    });
  };
  const answer = await app.ask(cookie, act, method, path);
  const { status, headers } = answer;
  draft = draftIn(cookiesOf(answer));
  return { passed, refusal, to: status === 303 ? headers.location : undefined };
}

/** The draft among the cookies of an answer, with its signature; empty when there is none. */
const draftIn = (cookies: string) =>
  cookies
    .split('; ')
    .filter((pair) => /^latchkey-draft(\.sig)?=./.test(pair))
    .join('; ');

/** What the draft says, which its browser can read. */
const said = () => JSON.parse(Buffer.from(/draft=([^;]*)/.exec(draft)?.[1] ?? '', 'base64url').toString());

describe('[ASVS 7.5.1] whoever proved who they are', () => {
  it('less than ten minutes ago passes', async () => {
    pass(10 * minute - 1);
    expect(await knock()).toEqual({ passed: true, refusal: undefined, to: undefined });
    expect(await knock({ method: 'post', body: { end_sessions: 'yes' } })).toMatchObject({ passed: true });
    expect(draft).toBe('');
  });

  it.each(['get', 'post'] as const)(
    'ten minutes ago is sent to prove it, and then back: %s',
    async (method) => {
      pass(10 * minute);
      expect(await knock({ method, path: '/passkeys/x/delete?a=b' })).toEqual({
        passed: false,
        refusal: undefined,
        to: '/reauth?return_to=%2Fpasskeys%2Fx%2Fdelete%3Fa%3Db',
      });
    },
  );

  it('ten minutes ago hears of it in JSON, where a script asks, and no form is kept', async () => {
    pass(10 * minute);
    const asked = { method: 'post', path: '/api/passkeys/register', body: { end_sessions: 'yes' } } as const;
    expect(await knock(asked)).toEqual({ passed: false, refusal: 'reauth_required', to: undefined });
    expect(draft).toBe('');
  });

  it('not in this sign-in, with a passkey that proves nothing, does not pass at once', async () => {
    cookie = await app.signIn({ method: 'passkey', credentialId: 'key', proven: false });
    expect(await knock()).toMatchObject({ passed: false, to: expect.stringMatching(/^\/reauth\?/) });
  });

  it('and wanted to go too far is sent to the dashboard afterwards', async () => {
    pass(10 * minute);
    expect((await knock({ path: `/passkeys/x/delete?${'a'.repeat(3_000)}` })).to).toBe('/reauth');
  });
});

describe('what an interrupted form said', () => {
  beforeEach(() => void pass(10 * minute));
  const post = (body: unknown, kept?: string[]) => knock({ method: 'post', body, ...(kept ? { kept } : {}) });

  it('is kept for ten minutes in its browser, with the fields that are named, and for its sign-in', async () => {
    await post({ end_sessions: 'yes', other: 'more' });
    expect(said()).toEqual({
      path: '/passkeys/x/delete',
      fields: { end_sessions: 'yes' },
      until: Date.now() + 10 * minute,
      signInId: (await app.held(cookie))?.signInId,
      epoch: 0,
    });
  });

  it('is nothing that the session holds, of which somebody may have a copy', async () => {
    await post({ end_sessions: 'yes' });
    expect(JSON.stringify(await app.rows())).not.toContain('end_sessions');
  });

  it.each<[string, unknown]>([
    ['an object', { end_sessions: { a: 'yes' } }],
    ['a list of objects', { end_sessions: [{ a: 'yes' }] }],
    ['nothing', undefined],
    ['null', null],
  ])('is nothing when it was %s', async (_, body) => {
    await post(body);
    expect(said().fields).toEqual({});
  });

  it('is not kept at all when it would take more than its share of the cookies', async () => {
    await post({ end_sessions: 'x'.repeat(800) });
    expect(said().fields.end_sessions).toHaveLength(800);
    draft = '';
    for (const length of [1_100, 2_000, 20_000]) {
      await post({ end_sessions: 'x'.repeat(length) });
      expect(draft).toBe('');
    }
    await knock({ method: 'post', path: `/passkeys/${'x'.repeat(1_364)}/delete`, body: {} });
    expect(draft).toBe('');
  });

  it('is all of it where one name was ticked several times', async () => {
    await post({ end_sessions: ['one', 'two'] });
    expect(said().fields).toEqual({ end_sessions: 'one two' });
  });

  it('[ASVS 14.2.6] is nothing at all where no field is named, such as a password', async () => {
    await post({ password: 'analytical-engine-1843' }, []);
    expect(said().fields).toEqual({});
    expect(JSON.stringify(await app.rows())).not.toContain('analytical');
  });

  it('is not what a page said that was only looked at', async () => {
    await knock({ method: 'get', path: '/passkeys/x/delete?end_sessions=yes' });
    expect(draft).toBe('');
  });

  /** What a page of this address is given back, in the browser that has the draft. */
  const taken = async (path = '/passkeys/x/delete') => {
    let fields: unknown;
    const act = (ctx: AppContext) => {
      fields = takeDraft(ctx, false);
    };
    const answer = await app.ask(`${cookie}; ${draft}`, act, 'get', path);
    const lines = [answer.headers['set-cookie'] ?? []].flat();
    if (lines.some((line) => line.startsWith('latchkey-draft=;'))) draft = '';
    return fields;
  };

  it('is given back once, to its own page and no other', async () => {
    await post({ end_sessions: 'yes' });
    expect(await taken('/passkeys/y/delete')).toBeNull();
    expect(await taken()).toEqual({ end_sessions: 'yes' });
    expect(draft).toBe('');
    expect(await taken()).toBeNull();
  });

  it('is worth nothing when somebody comes back after ten minutes', async () => {
    await post({ end_sessions: 'yes' });
    pass(10 * minute);
    expect(await taken()).toBeNull();
    expect(draft).toBe('');
  });

  it('is worth nothing in another sign-in, which may be somebody else’s', async () => {
    await post({ end_sessions: 'yes' });
    cookie = await app.signIn();
    expect(await taken()).toBeNull();
  });

  it('is worth nothing when the account has ended its trust meanwhile', async () => {
    await post({ end_sessions: 'yes' });
    await app.database.db('users').update({ epoch: 1 });
    expect(await taken()).toBeNull();
    await app.database.db('users').update({ epoch: 0 });
  });

  it('is worth nothing when somebody else made it, who cannot sign it', async () => {
    await post({ end_sessions: 'yes' });
    draft = draft.replace(/sig=.*/, `sig=${'A'.repeat(43)}`);
    expect(await taken()).toBeNull();
  });
});

describe('a recent proof of an account that asks for a second factor', () => {
  beforeEach(() => app.database.db('users').update({ second_factor_at: new Date().toISOString() }));
  afterEach(() => app.database.db('users').update({ second_factor_at: null }));

  it.each([
    ['a password alone is none', { method: 'password' }, false],
    ['a mailed link alone is none', { method: 'email' }, false],
    [
      'a password and then a passkey or a code is one',
      { method: 'password', secondFactor: 'recovery_code' },
      true,
    ],
    ['a passkey is one', { method: 'passkey' }, true],
    ['a passkey that has proved nothing is none', { method: 'passkey', proven: false }, false],
  ] as const)('%s', async (_, opening, passes) => {
    cookie = await app.signIn(opening);
    expect((await knock()).passed).toBe(passes);
    pass(10 * minute);
    expect((await knock()).passed).toBe(false);
  });
});
