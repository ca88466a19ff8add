import Keygrip from 'keygrip';
import Koa from 'koa';
import supertest from 'supertest';
import { describe, expect, it } from 'vitest';
import type { Ticket } from '../../passkeys/tickets.ts';
import { readTickets, rememberTicket } from './ceremony-cookie.ts';
import type { AppContext, AppState } from './context.ts';

const keys = new Keygrip(['a key of these tests'], 'sha256');
const ticket = (challenge: string, life = 60_000): Ticket => ({
  challenge,
  purpose: 'sign-in',
  userId: null,
  signInId: null,
  epoch: null,
  expiresAt: Date.now() + life,
});

/** A browser with these cookies asks: which challenges does it hold? With a challenge it is given one more first. */
function ask(cookie: string, more?: Ticket) {
  const koa = new Koa<AppState, AppContext>();
  koa.keys = keys;
  koa.context.cookiePrefix = 'latchkey-';
  koa.use((ctx) => {
    if (more) rememberTicket(ctx, more, 60, false);
    ctx.body = readTickets(ctx, false).map(({ challenge }) => challenge);
  });
  return supertest(koa.callback()).get('/').set('Cookie', cookie);
}

const signed = (value: string) =>
  `latchkey-ceremony=${value}; latchkey-ceremony.sig=${keys.sign(`latchkey-ceremony=${value}`)}`;
const encoded = (content: unknown) => Buffer.from(JSON.stringify(content)).toString('base64url');

describe('the ceremony cookie', () => {
  it('gives back the tickets that it was given', async () => {
    expect((await ask(signed(encoded([ticket('a'), ticket('b')])))).body).toEqual(['a', 'b']);
  });

  it('holds the newest five, newest first', async () => {
    const held = signed(encoded(['e', 'd', 'c', 'b', 'a'].map((name) => ticket(name))));
    const [line = ''] = (await ask(held, ticket('f'))).headers['set-cookie'] ?? [];
    const value = /^latchkey-ceremony=([^;]+)/.exec(line)?.[1] ?? '';
    expect((await ask(signed(value))).body).toEqual(['f', 'e', 'd', 'c', 'b']);
    expect(line).toMatch(/; path=\/; expires=[^;]+; samesite=strict; httponly$/i);
    expect(line.length).toBeLessThan(4_096);
  });

  it('holds fewer of them when a service makes its challenges longer, and always the newest', async () => {
    const long = (name: string) => ticket(name.padEnd(600, name));
    const [line = ''] =
      (await ask(signed(encoded(['c', 'b', 'a'].map(long))), long('d'))).headers['set-cookie'] ?? [];
    const value = /^latchkey-ceremony=([^;]+)/.exec(line)?.[1] ?? '';
    expect((await ask(signed(value))).body).toEqual(['d'.repeat(600)]);
    expect(value.length).toBeLessThan(1_500);
  });

  it('leaves out what has expired', async () => {
    expect((await ask(signed(encoded([ticket('old', -1), ticket('new')])))).body).toEqual(['new']);
  });

  it.each([
    ['nothing', ''],
    ['no signature', `latchkey-ceremony=${encoded([ticket('a')])}`],
    [
      'a wrong signature',
      `latchkey-ceremony=${encoded([ticket('a')])}; latchkey-ceremony.sig=${'A'.repeat(43)}`,
    ],
    [
      'the signature of another cookie',
      `latchkey-ceremony=${encoded([ticket('a')])}; latchkey-ceremony.sig=${keys.sign('latchkey-session=a')}`,
    ],
    ['signed garbage', signed('garbage')],
    ['signed null', signed(encoded(null))],
    ['a signed object', signed(encoded({ challenge: 'a' }))],
    ['a purpose that is none', signed(encoded([{ ...ticket('a'), purpose: 'anything' }]))],
    ['an epoch in words', signed(encoded([{ ...ticket('a'), epoch: 'now' }]))],
    ['the ticket of a release that knew no epoch', signed(encoded([{ ...ticket('a'), epoch: undefined }]))],
    ['too many tickets', signed(encoded(Array.from({ length: 6 }, () => ticket('a'))))],
    ['a time in words', signed(encoded([{ ...ticket('a'), expiresAt: 'never' }]))],
  ])('is worth nothing with %s', async (_, cookie) => {
    const answer = await ask(cookie);
    expect([answer.status, answer.body]).toEqual([200, []]);
  });
});
