/** What every refusal of bad input has in common: a clear answer, and nothing left behind. */
import { gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import type { TestApp } from './app.ts';
import { type Answer, formType, jsonType, rowCounts, send, type Wording } from './request.ts';

/**
 * Sends a request and expects the given status with a sentence, no cookie and no row more or less.
 *
 * @returns the answer, for what else must be in it
 */
export async function refused(
  running: TestApp,
  path: string,
  wording: Wording,
  status: number,
): Promise<Answer> {
  const before = await rowCounts(running);
  const answer = await send(running, path, { method: 'POST', ...wording });
  expect(answer.status).toBe(status);
  expect(answer.headers['set-cookie']).toBeUndefined();
  expect(answer.headers['cache-control']).toBe('no-store');
  expect(sentenceOf(answer)).toMatch(/^[A-Z][\w ,;'’/-]{8,}.*\.$/);
  expect(await rowCounts(running)).toEqual(before);
  return answer;
}

/** The sentence of a problem, an error page or a form that is back. */
function sentenceOf({ headers, text }: Answer): string {
  if (headers['content-type'] === 'application/problem+json') {
    const problem = JSON.parse(text);
    expect(Object.keys(problem)).toEqual(['title', 'status', 'code']);
    return problem.title;
  }
  const [, sentence = ''] = /(?:role="alert"[^>]*|<\/h1>\s*<p)>([^<]+)/.exec(text) ?? [];
  return sentence.trim();
}

/** One of each kind of {@link brokenForms}, for routes: that they ask whether it is a form at all. */
export function someBrokenForms(good: string) {
  const some = ['more than 16 kB', 'a compressed form', 'escapes that are not UTF-8', 'plain text'];
  return Object.entries(brokenForms(good)).filter(([name]) => some.includes(name));
}

/** Bodies that no form route takes, whatever its fields are. `good` is a body that it would take. */
export function brokenForms(good: string): Record<string, [status: number, wording: Wording]> {
  const form = (body: string | Uint8Array, more = {}): Wording => ({
    body,
    headers: { ...formType, ...more },
  });
  return {
    'more than 16 kB': [413, form(`${good}&more=${'x'.repeat(17_000)}`)],
    'more than 16 kB without a length': [413, chunked(`${good}&more=${'x'.repeat(17_000)}`)],
    // Each by a name of its own, since one name many times is refused for that.
    'more than a hundred parameters': [
      400,
      form(`${good}${Array.from({ length: 100 }, (_, index) => `&a${index}=1`).join('')}`),
    ],
    'a compressed form': [415, form(gzipSync(good), { 'Content-Encoding': 'gzip' })],
    'a form that only says that it is compressed': [415, form(good, { 'Content-Encoding': 'br' })],
    'bytes that are not UTF-8': [
      400,
      form(Buffer.concat([Buffer.from(`${good}&x=`), Buffer.from([0xff, 0xfe])])),
    ],
    'escapes that are not UTF-8': [400, form(`${good}&x=%FF`)],
    'an overlong escape': [400, form(`${good}&x=%C0%AF`)],
    'half a surrogate pair': [400, form(`${good}&x=%ED%A0%80`)],
    'a broken escape': [400, form(`${good}&x=100%`)],
    'plain text': [415, { body: good, headers: { 'Content-Type': 'text/plain' } }],
    'no content type': [415, { body: good }],
    'two content types': [
      415,
      { body: good, headers: { 'Content-Type': 'text/plain, application/x-www-form-urlencoded' } },
    ],
    'JSON instead of a form': [415, { body: '{"name":"x"}', headers: jsonType }],
    'a multipart form': [415, multipart],
  };
}

function chunked(body: string): Wording {
  return { body, headers: { ...formType, 'Transfer-Encoding': 'chunked', 'Content-Length': [] } };
}

const multipart: Wording = {
  body: '--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nx\r\n--b--\r\n',
  headers: { 'Content-Type': 'multipart/form-data; boundary=b' },
};
