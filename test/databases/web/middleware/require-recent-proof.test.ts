import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AppContext } from '../../../../src/web/context.ts';
import { requireRecentProof } from '../../../../src/web/middleware/require-recent-proof.ts';
import { takeDraft } from '../../../../src/web/session.ts';
import { type SessionApp, startSessionApp } from '../../../support/session-app.ts';

const minute = 60_000;
let app: SessionApp;
let cookie: string;
beforeAll(async () => {
  app = await startSessionApp();
  return () => app.database.drop();
});
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  await app.database.db('sessions').delete();
  cookie = await app.signIn();
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
    await requireRecentProof(kept)(ctx, next).catch(({ code }) => {
      refusal = code;
    });
  };
  const { status, headers } = await app.ask(cookie, act, method, path);
  return { passed, refusal, to: status === 303 ? headers.location : undefined };
}
const draft = async () => (await app.held(cookie))?.draft;

describe('[ASVS 7.5.1] whoever proved who they are', () => {
  it('less than ten minutes ago passes', async () => {
    pass(10 * minute - 1);
    expect(await knock()).toEqual({ passed: true, refusal: undefined, to: undefined });
    expect(await knock({ method: 'post', body: { end_sessions: 'yes' } })).toMatchObject({ passed: true });
    expect(await draft()).toBeUndefined();
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
    expect(await draft()).toBeUndefined();
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

  it('is kept for ten minutes, with the fields that are named', async () => {
    await post({ end_sessions: 'yes', other: 'more' });
    expect(await draft()).toEqual({
      path: '/passkeys/x/delete',
      fields: { end_sessions: 'yes' },
      until: Date.now() + 10 * minute,
    });
  });

  it.each<[string, unknown]>([
    ['a list', { end_sessions: ['yes'] }],
    ['an object', { end_sessions: { a: 'yes' } }],
    ['more than 1000 characters', { end_sessions: 'x'.repeat(1_001) }],
    ['nothing', undefined],
    ['null', null],
  ])('is nothing when it was %s', async (_, body) => {
    await post(body);
    expect((await draft())?.fields).toEqual({});
  });

  it('[ASVS 14.2.6] is nothing at all where no field is named, such as a password', async () => {
    await post({ password: 'analytical-engine-1843' }, []);
    expect(JSON.stringify(await app.rows())).not.toContain('analytical');
  });

  it('is not what a page said that was only looked at', async () => {
    await knock({ method: 'get', path: '/passkeys/x/delete?end_sessions=yes' });
    expect(await draft()).toBeUndefined();
  });

  const taken = async (path: string) => {
    let fields: unknown;
    await app.ask(
      cookie,
      (ctx) => {
        fields = takeDraft(ctx);
      },
      'get',
      path,
    );
    return fields;
  };

  it('is given back once, to its own page and no other', async () => {
    await post({ end_sessions: 'yes' });
    expect(await taken('/passkeys/y/delete')).toBeNull();
    expect(await taken('/passkeys/x/delete')).toEqual({ end_sessions: 'yes' });
    expect(await taken('/passkeys/x/delete')).toBeNull();
  });

  it('is worth nothing when somebody comes back after ten minutes', async () => {
    await post({ end_sessions: 'yes' });
    pass(10 * minute);
    expect(await taken('/passkeys/x/delete')).toBeNull();
    expect(await draft()).toBeUndefined();
  });
});
