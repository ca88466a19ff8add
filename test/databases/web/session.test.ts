import { createHash, randomBytes } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AppContext } from '../../../src/web/http/context.ts';
import {
  continueSession,
  currentSession,
  dropSession,
  hasRecentProof,
  leave,
  requesterOrNull,
  startSession,
  take,
} from '../../../src/web/http/session.ts';
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
const idIn = (cookies: string) => /(?:^|; )latchkey-session=([^;]*)/.exec(cookies)?.[1] ?? '';
const hashOf = (id: string) => createHash('sha256').update(id).digest('base64url');

/** Whoever confirmed who they are goes on under another id, as the operation does it. */
async function renew(before: (ctx: AppContext) => unknown = () => {}) {
  let renewed: boolean | undefined;
  const answer = await app.ask(cookie, async (ctx) => {
    await before(ctx);
    const held = currentSession(ctx);
    const id = randomBytes(32).toString('base64url');
    const data = { ...held.data, authenticatedAt: Date.now() };
    renewed = await app.store.rotate(held.id, id, data);
    continueSession(ctx, renewed ? { id, data } : null);
  });
  return { status: answer.status, cookies: cookiesOf(answer), renewed, answer };
}

describe('[ASVS 7.2.4] a session that goes on under another id', () => {
  beforeEach(age);

  it('is the same: the same row, of the same age, and its browser has the new id alone', async () => {
    const [before] = await app.rows();
    const { cookies, renewed } = await renew();
    const [after, ...others] = await app.rows();
    expect([renewed, others]).toEqual([true, []]);
    const { id_hash, data: _, ...row } = after;
    expect(row).toEqual({ ...before, id_hash: undefined, data: undefined });
    expect(idIn(cookies)).not.toBe(idIn(cookie));
    expect(id_hash).toBe(hashOf(idIn(cookies)));
  });

  it('makes the old id that of a stranger at once', async () => {
    const { cookies } = await renew();
    expect([await app.held(cookie), (await app.held(cookies))?.userId]).toEqual([null, visitor.id]);
  });

  it('holds what the operation put into it, and the rest as before', async () => {
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
    expect(lines.map((line) => line.split('=')[0])).toEqual(['latchkey-session', 'latchkey-session.sig']);
    expect(lines[0]).toMatch(/; path=\/; expires=[^;]+; samesite=lax; httponly$/i);
  });

  it('keeps what the same request has left before', async () => {
    const { cookies } = await renew((ctx) => leave(ctx, 'flash', 'Hello.'));
    expect((await app.held(cookies))?.flash).toBe('Hello.');
  });

  it('keeps what the same request leaves afterwards', async () => {
    let cookies = '';
    const answer = await app.ask(cookie, async (ctx) => {
      const { id, data } = currentSession(ctx);
      await app.store.rotate(id, 'another-id', data);
      continueSession(ctx, { id: 'another-id', data });
      leave(ctx, 'flash', 'Hello.');
    });
    cookies = cookiesOf(answer);
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

  it('is not brought back where it was ended meanwhile', async () => {
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

  it('still names the sign-in that it came in, whatever the session is called by now', async () => {
    await app.ask(cookie, async (ctx) => {
      await renew();
      const { userId, signInId } = requesterOrNull(ctx) ?? { userId: '', signInId: '' };
      expect(await app.store.endSignIn(userId, signInId)).toBe(true);
    });
    expect(await app.rows()).toEqual([]);
  });
});

describe('a request makes and ends no session by itself', () => {
  it('of whoever is dropped the cookie goes, and the row stays until an operation ends it', async () => {
    const answer = await app.ask(cookie, (ctx) => dropSession(ctx));
    expect(idIn(cookiesOf(answer))).toBe('');
    expect([answer.headers['set-cookie'] ?? []].flat()[0]).toMatch(
      /^latchkey-session=; .*expires=Thu, 01 Jan 1970/,
    );
    expect(await app.rows()).toHaveLength(1);
  });

  it('a session without a row is nobody’s cookie, and brings back no row', async () => {
    const opened = await app.open();
    await app.database.db('sessions').delete();
    const answer = await app.ask('', (ctx) => startSession(ctx, opened), 'post');
    expect(idIn(cookiesOf(answer))).toBe(opened.id);
    expect(await app.rows()).toEqual([]);
    expect(await app.held(cookiesOf(answer))).toBeNull();
  });

  it.each(['get', 'head'] as const)(
    'none begins with a %s, also not with somebody who has one',
    async (method) => {
      const opened = await app.open();
      for (const who of ['', cookie]) {
        const answer = await app.ask(who, (ctx) => startSession(ctx, opened), method);
        expect([answer.status, cookiesOf(answer)]).toEqual([500, '']);
      }
    },
  );

  it('one that has only looked writes nothing', async () => {
    const before = await app.rows();
    const answer = await app.ask(cookie, () => {});
    expect([await app.rows(), answer.status]).toEqual([before, 200]);
  });

  it('answers all the same where what it left for the next page cannot be kept', async () => {
    const { db } = app.database;
    const answer = await app.ask(cookie, async (ctx) => {
      leave(ctx, 'flash', 'Hello.');
      await db.schema.renameTable('sessions', 'sessions_away');
    });
    await db.schema.renameTable('sessions_away', 'sessions');
    expect(answer.status).toBe(200);
    expect((await app.held(cookie))?.flash).toBeUndefined();
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
    const next = await app.signIn({ method: 'passkey' }, cookie);
    expect((await app.held(next))?.flash).toBeUndefined();
    expect(await app.rows()).toHaveLength(1);
  });
});
