/** What every request to the API passes through: the one door for errors, the tenant, the key. Knows no route. */
import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Context, Middleware } from 'koa';
import { isDatabaseUnavailable } from '../db/faults.ts';
import { Problem } from './problem.ts';
import type { Report } from './settings.ts';

/** Every answer carries an id: the caller's own, if it is short and printable, or a new one. */
export const requestId: Middleware = async (ctx, next) => {
  const given = ctx.get('X-Request-Id');
  ctx.set('X-Request-Id', /^[\x21-\x7e]{1,255}$/.test(given) ? given : randomUUID().replaceAll('-', ''));
  await next();
};

/**
 * Turns a Problem into its answer and anything else into a 500, or a 503 while the database cannot be used, that says
 * nothing; the fault goes to `report`.
 */
export function answerProblems(report: Report): Middleware {
  return async (ctx, next) => {
    try {
      await next();
      if (ctx.status === 404 && ctx.body == null) throw new Problem(404, 'Not Found');
    } catch (error) {
      if (error instanceof Problem) {
        const { title, details, status } = error;
        answerJson(ctx, { title, details, status }, status);
      } else {
        report('passkey_api_fault', { err: error });
        const status = isDatabaseUnavailable(error) ? 503 : 500;
        answerJson(ctx, { title: STATUS_CODES[status], status }, status);
      }
    }
  };
}

/**
 * Lets only requests to this tenant pass: the first segment of the path, spelt in any of the usual ways of a UUID.
 *
 * @throws {Problem} 400 when it is no UUID, 404 when it is another
 */
export function onlyTenant(tenantId: string): Middleware {
  const served = bareUuid(tenantId);
  if (!served) throw new Error('The tenant id must be a UUID.');
  return async (ctx, next) => {
    const asked = bareUuid(ctx.path.split('/')[1] ?? '');
    if (!asked) throw new Problem(400, 'tenant_id must be a valid uuid4');
    if (asked !== served) throw new Problem(404, 'tenant not found');
    await next();
  };
}

/** Whether a request carries the key. */
export type KeyTest = (ctx: Context) => boolean;

/** Compared by digest, in constant time. */
export function apiKeyTest(apiKey: string): KeyTest {
  const expected = digest(apiKey);
  return (ctx) => timingSafeEqual(digest(givenApiKey(ctx)), expected);
}

/** The answer to a request that does not carry the key where it must. */
export function invalidKey(): Problem {
  return new Problem(401, 'The api key is invalid', 'api keys needs to be an apiKey Header and 32 byte long');
}

/** The key as sent, trimmed; `''` when there is none. */
export function givenApiKey(ctx: Context): string {
  return ctx.get('apiKey').trim();
}

/** JSON as the contract writes it: one trailing newline, and nothing in it that HTML could take for markup. */
export function answerJson(ctx: Context, body: unknown, status = 200): void {
  ctx.status = status;
  ctx.set('Content-Type', 'application/json; charset=UTF-8');
  ctx.body = `${JSON.stringify(body).replace(/[<>&\u2028\u2029]/g, escaped)}\n`;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

function bareUuid(text: string): string | null {
  const bare = text
    .replace(/^(\{|%7B)(.*)(\}|%7D)$/i, '$2')
    .replaceAll('-', '')
    .toLowerCase();
  return /^[0-9a-f]{32}$/.test(bare) ? bare : null;
}
