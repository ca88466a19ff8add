/** Request bodies as text and as fields, bounded. Knows Koa's request and no route. */
import type { Readable } from 'node:stream';
import type { Context } from 'koa';
import { Problem, unprocessable } from './problem.ts';

const limit = 256 * 1024;

/**
 * The body as text, `''` when there is none.
 *
 * @throws {Problem} 413 above 256 kB, 400 when the body breaks off
 */
export async function readText(ctx: Context): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunksOf(ctx.req)) {
    length += chunk.length;
    if (length > limit) throw tooLarge(ctx);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * The members of a JSON object, named in lower case: the contract does not tell `user_id` from `User_ID`. No body and
 * `null` are an object without members.
 *
 * @throws {Problem} 400 for another media type, for what is no JSON and for what is no object
 */
export async function readFields(ctx: Context): Promise<Record<string, unknown>> {
  const text = await readText(ctx);
  if (text === '') return {};
  if (!ctx.get('Content-Type').toLowerCase().startsWith('application/json')) {
    throw unprocessable('Unsupported Media Type');
  }
  const value = parseJson(text);
  if (typeof value !== 'object' || Array.isArray(value))
    throw unprocessable('Unmarshal type error: expected=object');
  return Object.fromEntries(
    Object.entries(value ?? {}).map(([name, member]) => [name.toLowerCase(), member]),
  );
}

/** Leaves the connection open when reading stops early, so that the refusal can still be sent over it. */
async function* chunksOf(request: Readable): AsyncGenerator<Buffer> {
  try {
    yield* request.iterator({ destroyOnReturn: false });
  } catch {
    throw unprocessable('the body broke off');
  }
}

function tooLarge(ctx: Context): Problem {
  ctx.set('Connection', 'close');
  return new Problem(413, 'Request Entity Too Large');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unprocessable('Syntax error');
  }
}
