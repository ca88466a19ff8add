import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { anywhere, startMiddleware } from '../../../test/support/middleware.ts';
import { send } from '../../../test/support/request.ts';
import { AppError } from '../../errors.ts';
import { loadAssets } from '../http/assets.ts';
import { comesBack } from '../http/comes-back.ts';
import type { FormAgain } from '../http/context.ts';
import { views } from '../http/views.ts';

it.each([
  ['a refusal', new AppError('too_many_requests', 'Too many attempts.', { retryAfter: 7 }), 429],
  ['a fault of ours', new Error('unforeseen'), 500],
])('%s leaves neither the redirect nor the cookies that came before it', async (_, error, status) => {
  const running = await startMiddleware((ctx) => {
    ctx.cookies.set('draft', 'half done', { signed: false });
    ctx.redirect('/dashboard');
    throw error;
  });
  try {
    const answer = await send(running, anywhere);
    expect(answer.status).toBe(status);
    expect([answer.headers.location, answer.headers['set-cookie']]).toEqual([undefined, undefined]);
    expect(answer.headers['cache-control']).toBe('no-store');
  } finally {
    await running.close();
  }
});

it('keeps the cookie of the session, which says what has become of it by now', async () => {
  const running = await startMiddleware((ctx) => {
    ctx.app.context.cookiePrefix = 'latchkey-';
    for (const name of ['latchkey-session', 'latchkey-session.sig', 'latchkey-session2', 'latchkey-draft'])
      ctx.cookies.set(name, 'a value', { signed: false });
    throw new Error('unforeseen');
  });
  const answer = await send(running, anywhere);
  await running.close();
  const names = [answer.headers['set-cookie'] ?? []].flat().map((line) => line.split('=')[0]);
  expect(names).toEqual(['latchkey-session', 'latchkey-session.sig']);
});

describe('a form that can come back', () => {
  const again: FormAgain = (ctx, refusal) => {
    ctx.type = 'html';
    ctx.body = `the form, and: ${refusal}`;
  };
  const fails: FormAgain = async () => {
    throw new Error('the database is away');
  };
  const root = path.resolve(import.meta.dirname, '../../..');
  const pages = views({ root, assets: loadAssets(root), cache: true, origin: 'https://app.example.com' });
  const limit = new AppError('too_many_requests', 'Try again in 7 s.', { retryAfter: 7 });
  const busy = new AppError('service_unavailable', 'Try again in a moment.', { retryAfter: 5 });

  async function sent(error: Error, form: FormAgain, Accept = 'text/html') {
    const running = await startMiddleware(pages, (ctx) =>
      comesBack(form)(ctx, () => {
        throw error;
      }),
    );
    const answer = await send(running, '/somewhere', { method: 'POST', headers: { Accept } });
    await running.close();
    return { ...answer, retryAfter: answer.headers['retry-after'] };
  }

  it.each([
    [429, limit, '7'],
    [503, busy, '5'],
  ])('does so where waiting helps: %s', async (status, error, retryAfter) => {
    const answer = await sent(error, again);
    expect(answer).toMatchObject({ status, retryAfter, text: `the form, and: ${error.message}` });
  });

  it('does not where something else is wrong, nor for whoever takes JSON', async () => {
    expect((await sent(new AppError('not_found', 'Nothing here.'), again)).text).not.toContain('the form');
    expect(JSON.parse((await sent(limit, again, 'application/json')).text)).toMatchObject({ status: 429 });
  });

  it('leaves the page of the error where it cannot be shown, or there is none', async () => {
    for (const form of [fails, () => undefined]) {
      const { status, text, retryAfter } = await sent(limit, form);
      expect([status, retryAfter]).toEqual([429, '7']);
      expect(text).toContain('Try again in 7 s.');
    }
  });
});
