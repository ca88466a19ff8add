import { createHash } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AppContext } from '../../../src/web/context.ts';
import {
  endSession,
  hasRecentProof,
  leave,
  renewProof,
  startSession,
  take,
} from '../../../src/web/session.ts';
import { cookiesOf } from '../../support/request.ts';
import { type SessionApp, startSessionApp, visitor } from '../../support/session-app.ts';

const hour = 3_600_000;
let app: SessionApp;
let cookie: string;
beforeAll(async () => {
  app = await startSessionApp();
  return () => app.database.drop();
});
beforeEach(async () => {
  await app.database.db('sessions').delete();
  cookie = await app.signIn({ credentialId: 'key' });
});

/** Makes the session an old one, whose proof is old, too. */
async function age(): Promise<void> {
  const [{ id_hash, data }] = await app.rows();
  const old = JSON.stringify({ ...JSON.parse(data), authenticatedAt: Date.now() - hour });
  const times = { created_at: ago(hour), expires_at: ago(-24 * hour) };
  await app.database
    .db('sessions')
    .where({ id_hash })
    .update({ data: old, ...times });
}
const ago = (milliseconds: number) => new Date(Date.now() - milliseconds).toISOString();
const idIn = (cookies: string) => /(?:^|; )session=([^;]*)/.exec(cookies)?.[1] ?? '';
const hashOf = (id: string) => createHash('sha256').update(id).digest('base64url');

/** @returns the cookies of the answer, and what the renewal said */
async function renew(before: (ctx: AppContext) => unknown = () => {}) {
  let renewed: boolean | undefined;
  const answer = await app.ask(cookie, async (ctx) => {
    await before(ctx);
    renewed = await renewProof(ctx, app.store);
  });
  return { status: answer.status, cookies: cookiesOf(answer), renewed, answer };
}

describe('[ASVS 7.2.4] a new proof', () => {
  beforeEach(age);

  it('is of the same session: the same row, of the same age, under an id that nobody has seen', async () => {
    const [before] = await app.rows();
    const { cookies, renewed } = await renew();
    const [after, ...others] = await app.rows();
    expect([renewed, others]).toEqual([true, []]);
    const { id_hash, data: _, ...row } = after;
    expect(row).toEqual({ ...before, id_hash: undefined, data: undefined });
    expect(idIn(cookies)).not.toBe(idIn(cookie));
    expect(id_hash).toBe(hashOf(idIn(cookies)));
    expect(Buffer.from(idIn(cookies), 'base64url')).toHaveLength(32);
  });

  it('makes the old id that of a stranger at once', async () => {
    const { cookies } = await renew();
    expect([await app.held(cookie), (await app.held(cookies))?.userId]).toEqual([null, visitor.id]);
  });

  it('changes the time of the proof, and nothing else that the session holds', async () => {
    const before = await app.held(cookie);
    const startedAt = Date.now();
    const { cookies } = await renew();
    const after = await app.held(cookies);
    expect(after?.authenticatedAt).toBeGreaterThanOrEqual(startedAt);
    expect(after).toEqual({ ...before, authenticatedAt: after?.authenticatedAt });
  });

  it('is told to the browser once, in a cookie like that of a sign-in', async () => {
    const { answer } = await renew();
    const lines = [answer.headers['set-cookie'] ?? []].flat();
    expect(lines.map((line) => line.split('=')[0])).toEqual(['session', 'session.sig']);
    expect(lines[0]).toMatch(/; path=\/; expires=[^;]+; samesite=lax; httponly$/i);
  });

  it('keeps what the same request has left before', async () => {
    const { cookies } = await renew((ctx) => leave(ctx, 'flash', 'Hello.'));
    expect((await app.held(cookies))?.flash).toBe('Hello.');
  });

  it('of two at once counts once: the other changes nothing, and gets no cookie', async () => {
    const both = await Promise.all([renew(), renew()]);
    expect(both.map(({ renewed }) => renewed).toSorted()).toEqual([false, true]);
    const [lost, won] = both.toSorted((a, b) => Number(a.renewed) - Number(b.renewed));
    expect([lost?.status, lost?.cookies]).toEqual([200, '']);
    expect(await app.held(won?.cookies ?? '')).not.toBeNull();
    expect(await app.rows()).toHaveLength(1);
  });

  it('does not bring back a session that was ended meanwhile', async () => {
    const { renewed, cookies } = await renew(() => app.database.db('sessions').delete());
    expect([renewed, cookies, await app.rows()]).toEqual([false, '', []]);
  });
});

describe('a request that is slower than the one that gave the session another id', () => {
  it('changes nothing any more, and gives the browser no dead cookie', async () => {
    let cookies = '';
    const slow = await app.ask(cookie, async (ctx) => {
      ({ cookies } = await renew());
      leave(ctx, 'flash', 'Late.');
    });
    expect(cookiesOf(slow)).toBe('');
    expect((await app.held(cookies))?.flash).toBeUndefined();
    expect(await app.rows()).toHaveLength(1);
  });

  it('[ASVS 7.4.1] signs out all the same', async () => {
    let cookies = '';
    await app.ask(cookie, async (ctx) => {
      ({ cookies } = await renew());
      await endSession(ctx, app.store);
    });
    expect([await app.held(cookies), await app.rows()]).toEqual([null, []]);
  });
});

describe('[ASVS 7.5.1] a recent proof', () => {
  it.each([
    [10 * 60_000 - 1, true],
    [10 * 60_000, false],
  ])('%i ms after it is one: %s', async (milliseconds, expected) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    try {
      cookie = await app.signIn();
      vi.setSystemTime(Date.now() + milliseconds);
      let recent: boolean | undefined;
      await app.ask(cookie, (ctx) => {
        recent = hasRecentProof(ctx);
      });
      expect(recent).toBe(expected);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is not a sign-in that proves nothing, nor what a guest has', async () => {
    const seen: boolean[] = [];
    for (const who of [await app.signIn({ proven: false }), ''])
      await app.ask(who, (ctx) => seen.push(hasRecentProof(ctx)));
    expect(seen).toEqual([false, false]);
  });
});

describe('what one request leaves for another', () => {
  it('is there once, but not for whoever asks for the head alone', async () => {
    await app.ask(cookie, (ctx) => leave(ctx, 'flash', 'Hello.'));
    const taken: unknown[] = [];
    for (const method of ['head', 'get', 'get'] as const)
      await app.ask(cookie, (ctx) => taken.push(take(ctx, 'flash')), method);
    expect(taken).toEqual(['Hello.', 'Hello.', undefined]);
  });

  it('does not outlive the sign-in', async () => {
    await app.ask(cookie, (ctx) => leave(ctx, 'flash', 'Hello.'));
    const signIn = { userId: visitor.id, method: 'passkey', proven: true } as const;
    const next = cookiesOf(await app.ask(cookie, (ctx) => startSession(ctx, signIn)));
    expect((await app.held(next))?.flash).toBeUndefined();
    expect(await app.rows()).toHaveLength(1);
  });
});
