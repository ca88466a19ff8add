import Koa from 'koa';
import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import type { AppContext, AppState } from './context.ts';
import { declinedLocalPasskey, lastMethod, rememberDecline, rememberMethod } from './hint-cookies.ts';

/** What a browser with these cookies is taken for, and what it is told to keep. */
async function ask(cookie: string, act: (ctx: AppContext) => unknown, secure = false) {
  const koa = new Koa<AppState, AppContext>();
  koa.context.cookiePrefix = 'latchkey-';
  let answer: unknown;
  koa.use((ctx) => {
    Object.defineProperty(ctx.cookies, 'secure', { value: secure });
    answer = act(ctx);
    ctx.body = '';
  });
  const { headers } = await supertest(koa.callback()).get('/').set('Cookie', cookie);
  return { answer, set: [headers['set-cookie'] ?? []].flat() };
}

const method = (cookie: string, secure = false) => ask(cookie, (ctx) => lastMethod(ctx, secure), secure);
const declined = (cookie: string, secure = false) =>
  ask(cookie, (ctx) => declinedLocalPasskey(ctx, secure), secure);

describe('how somebody signed in last', () => {
  it.each(['password', 'passkey'] as const)('is remembered in one word: %s', async (word) => {
    const { set } = await ask('', (ctx) => rememberMethod(ctx, word, false));
    expect(set).toHaveLength(1);
    expect(set[0]).toMatch(
      new RegExp(`^latchkey-last_method=${word}; path=/; expires=[^;]+; samesite=lax; httponly$`, 'i'),
    );
    expect((await method(`latchkey-last_method=${word}`)).answer).toBe(word);
  });

  it.each([
    '',
    'latchkey-last_method=',
    'latchkey-last_method=Password',
    'latchkey-last_method=<b>',
    'latchkey-last_method=constructor',
  ])('is unknown with the cookie %j', async (cookie) => {
    expect(await method(cookie)).toEqual({ answer: null, set: [] });
  });
});

describe('that somebody wants no passkey on this computer', () => {
  it('is remembered', async () => {
    const { set } = await ask('', (ctx) => rememberDecline(ctx, false));
    expect(set).toHaveLength(1);
    expect(set[0]).toMatch(
      /^latchkey-local_passkey=declined; path=\/; expires=[^;]+; samesite=lax; httponly$/i,
    );
    expect((await declined('latchkey-local_passkey=declined')).answer).toBe(true);
  });

  it.each(['', 'latchkey-local_passkey=', 'latchkey-local_passkey=yes', 'other=declined'])(
    'is not what the cookie %j says',
    async (cookie) => {
      expect((await declined(cookie)).answer).toBe(false);
    },
  );
});

describe('both', () => {
  it('are kept for a year, and say nothing of who it was', async () => {
    const { set } = await ask('', (ctx) => {
      rememberMethod(ctx, 'passkey', false);
      rememberDecline(ctx, false);
    });
    const year = 365 * 24 * 3_600_000;
    for (const line of set) {
      const ends = Date.parse(/expires=([^;]+)/i.exec(line)?.[1] ?? '');
      expect(Math.abs(ends - Date.now() - year)).toBeLessThan(60_000);
      expect(line).not.toMatch(/\.sig/);
    }
  });

  it('[ASVS 3.3.1] have the __Host- prefix with https, and count only with it', async () => {
    const { set } = await ask(
      '',
      (ctx) => {
        rememberMethod(ctx, 'passkey', true);
        rememberDecline(ctx, true);
      },
      true,
    );
    expect(set.map((line) => line.split('=')[0])).toEqual([
      '__Host-latchkey-last_method',
      '__Host-latchkey-local_passkey',
    ]);
    for (const line of set) expect(line).toMatch(/; path=\/; .*; secure; httponly$/i);
    expect((await method('latchkey-last_method=passkey', true)).answer).toBeNull();
    expect((await method('__Host-latchkey-last_method=passkey', true)).answer).toBe('passkey');
    expect((await declined('latchkey-local_passkey=declined', true)).answer).toBe(false);
    expect((await declined('__Host-latchkey-local_passkey=declined', true)).answer).toBe(true);
  });
});
