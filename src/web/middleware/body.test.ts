import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anywhere, type RunningMiddleware, startMiddleware } from '../../../test/support/middleware.ts';
import { formType, jsonType, send } from '../../../test/support/request.ts';
import { body } from './body.ts';

let running: RunningMiddleware;
beforeAll(async () => {
  running = await startMiddleware(body(), async (ctx) => {
    ctx.body = (ctx.request as { body?: unknown }).body;
  });
});
afterAll(() => running.close());

const encoded = { form: [formType, 'a=b'], JSON: [jsonType, '{"a":"b"}'] } as const;
const post = (kind: keyof typeof encoded, codings: string | string[], sent?: Uint8Array) => {
  const [type, text] = encoded[kind];
  const headers = { ...type, 'Content-Encoding': codings };
  return send(running, anywhere, { method: 'POST', headers, body: sent ?? text });
};

describe.each(['form', 'JSON'] as const)('a %s', (kind) => {
  it.each<string | string[]>([
    'identity',
    'IDENTITY',
    'identity, Identity',
    ' ,identity,',
    ['identity', 'identity'],
    '',
  ])('that says it is not compressed is read: %j', async (codings) => {
    const { status, text } = await post(kind, codings);
    expect([status, JSON.parse(text)]).toEqual([200, { a: 'b' }]);
  });

  it.each([
    'gzip',
    'GZIP',
    'br',
    'identity, gzip',
    'gzip, identity',
    'deflate',
    'x-identity',
    'identity;q=1',
  ])('in another coding is refused, whether it is in it or not: %s', async (codings) => {
    for (const sent of [undefined, gzipSync(encoded[kind][1])]) {
      const { status, text } = await post(kind, codings, sent);
      expect([status, JSON.parse(text).title]).toEqual([415, 'Compressed requests are not accepted here.']);
    }
  });
});
