/** Input at the threshold: content type, text and shape are judged here, and inside everything is trusted. */
import type { z } from 'zod';
import { AppError } from '../errors.ts';
import type { AppContext } from './context.ts';

/** @throws {AppError} `unsupported_media_type` when it is no form, `invalid_request` when its text is broken */
export function parseForm<T>(ctx: AppContext, schema: z.ZodType<T>): z.ZodSafeParseResult<T> {
  return schema.safeParse(body(ctx, 'application/x-www-form-urlencoded'));
}

/** @throws {AppError} `unsupported_media_type` when it is not JSON, `invalid_request` when it is not of this shape */
export function parseJson<T>(ctx: AppContext, schema: z.ZodType<T>): T {
  const result = schema.safeParse(body(ctx, 'application/json'));
  if (result.success) return result.data;
  throw new AppError('invalid_request', 'This request is not complete.', { cause: result.error });
}

function body(ctx: AppContext, type: string): unknown {
  if (!ctx.is(type)) throw new AppError('unsupported_media_type', `This address takes ${type} only.`);
  const { body: parsed, rawBody } = ctx.request as { body?: unknown; rawBody?: string };
  // The decoder puts this character where bytes were not UTF-8.
  if (rawBody?.includes('\uFFFD')) throw new AppError('invalid_request', 'This request is not valid text.');
  return parsed;
}
