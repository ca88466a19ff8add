import { expect, it } from 'vitest';
import { anywhere, startMiddleware } from '../../../test/support/middleware.ts';
import { send } from '../../../test/support/request.ts';
import { AppError } from '../../errors.ts';

it.each([
  ['a refusal', new AppError('too_many_requests', 'Too many tries.', { retryAfter: 7 }), 429],
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
