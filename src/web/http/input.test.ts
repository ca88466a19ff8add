/** Every body that no form is in, whatever its fields are; the routes are asked with some of them. */
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { anywhere, type RunningMiddleware, startMiddleware } from '../../../test/support/middleware.ts';
import { brokenForms } from '../../../test/support/refusals.ts';
import { formType, send, type Wording } from '../../../test/support/request.ts';
import { body } from '../middleware/body.ts';
import { parseForm } from './input.ts';

let running: RunningMiddleware;
/** What the forms that were taken said. */
let taken: unknown[] = [];

beforeAll(async () => {
  running = await startMiddleware(body(), async (ctx) => {
    const form = parseForm(ctx, z.record(z.string(), z.unknown()));
    taken.push(form.data);
    ctx.body = '';
  });
  return () => running.close();
});
beforeEach(() => {
  taken = [];
});

const post = (wording: Wording) => send(running, anywhere, { method: 'POST', ...wording });

describe('a form', () => {
  it.each([
    ['name=After', { name: 'After' }],
    ['name=%F0%9F%98%80+%2B&x=', { name: '😀 +', x: '' }],
    ['', {}],
  ])('is taken as it was written: %s', async (text, fields) => {
    expect((await post({ headers: formType, body: text })).status).toBe(200);
    expect(taken).toEqual([fields]);
  });

  it.each([
    'email.a=ada',
    'email[a]=ada',
    'email[]=ada',
    'email=ada&email=ada',
    '__proto__=email&constructor=email',
    '__proto__[email]=ada',
    'constructor[prototype][email]=ada',
  ])('[ASVS 15.3.6] has no text in a field that was said in another way: %s', async (text) => {
    expect((await post({ headers: formType, body: text })).status).toBe(200);
    const [fields] = taken as { email?: unknown }[];
    expect([typeof fields?.email, ({} as { email?: unknown }).email]).not.toContain('string');
  });

  it('may have 16 kB and a hundred parameters', async () => {
    const long = `name=${'x'.repeat(16 * 1_024 - 'name='.length)}`;
    const many = Array.from({ length: 100 }, (_, index) => `a${index}=1`).join('&');
    for (const text of [long, many]) expect((await post({ headers: formType, body: text })).status).toBe(200);
    expect(taken).toHaveLength(2);
  });

  it.each(Object.entries(brokenForms('name=After')))(
    '[ASVS 2.2.1] is not what comes as %s',
    async (_, [status, wording]) => {
      const answer = await post(wording);
      expect([answer.status, JSON.parse(answer.text).status]).toEqual([status, status]);
      expect(taken).toEqual([]);
    },
  );
});
