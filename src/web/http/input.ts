/** Input validation: content type, text and shape are checked here, and nowhere after. Must not know what a form is for. */
import * as z from 'zod';
import { AppError } from '../../errors.ts';
import { cleaned } from '../../names.ts';
import type { AppContext } from './context.ts';

const formType = 'application/x-www-form-urlencoded';
const jsonType = 'application/json';
/** Nothing that is posted here is nested deeper. */
const deepest = 32;

/**
 * Demands that a form was posted, also where nothing is asked in it.
 *
 * @returns its fields, unjudged
 * @throws {AppError} `unsupported_media_type` when it is no form, `invalid_request` when its text is broken
 */
export function expectForm(ctx: AppContext): unknown {
  const { parsed, text } = body(ctx, formType);
  if (!isDecodable(text)) throw brokenText();
  return parsed;
}

/** @throws {AppError} as {@link expectForm} */
export function parseForm<T>(ctx: AppContext, schema: z.ZodType<T>): z.ZodSafeParseResult<T> {
  return schema.safeParse(expectForm(ctx));
}

/** For a form in which nothing can be mistaken by a person. @throws {AppError} as {@link expectForm}, and `invalid_request` when it is not of this shape */
export function parseWholeForm<T>(ctx: AppContext, schema: z.ZodType<T>): T {
  return whole(parseForm(ctx, schema));
}

/** @throws {AppError} `unsupported_media_type` when it is not JSON, `invalid_request` when it is not of this shape */
export function parseJson<T>(ctx: AppContext, schema: z.ZodType<T>): T {
  const { parsed } = body(ctx, jsonType);
  if (isDeeper(parsed, deepest)) throw new AppError('invalid_request', 'This request is nested too deeply.');
  return whole(schema.safeParse(parsed));
}

function whole<T>(result: z.ZodSafeParseResult<T>): T {
  if (result.success) return result.data;
  throw new AppError('invalid_request', 'This request is not complete.', { cause: result.error });
}

/** What was typed, to be given back to its form, whatever was posted. @param schema takes any form, and one without fields */
export function typedFields<T>(ctx: AppContext, schema: z.ZodType<T>): T {
  return schema.parse(ctx.is(formType) ? ctx.request.body : {});
}

/** An address as it was typed, to be given back to its form, whatever was posted: without what cannot be shown. */
export function typedEmail(ctx: AppContext): string {
  return typedFields(ctx, typed).email;
}

const typed = z.object({ email: z.string().max(1_000).catch('').transform(cleaned) });

/** So many letters are kept of a recovery code, which has fewer: whoever pastes more hears that it is wrong. */
const longestCode = 100;

/** A recovery code as it was typed, whatever was posted; empty when none was. */
export const typedCode = z
  .string()
  .catch('')
  .transform((code) => cleaned(code).slice(0, longestCode));

/** A member or field that may be left out; an empty text and null say the same as leaving it out. */
export function optional<T extends z.ZodType>(schema: T) {
  const absent = (value: unknown) => (value === '' || value === null ? undefined : value);
  return z.preprocess(absent, schema.optional());
}

function body(ctx: AppContext, type: string): { parsed: unknown; text: string } {
  if (!ctx.is(type)) throw new AppError('unsupported_media_type', `This address accepts ${type} only.`);
  const { body: parsed, rawBody: text = '' } = ctx.request as { body?: unknown; rawBody?: string };
  // The decoder puts this character where bytes were not UTF-8.
  if (text.includes('\uFFFD')) throw brokenText();
  return { parsed, text };
}

/** The parser keeps escapes that are not UTF-8 as they stand, which would be another text than was meant. */
function isDecodable(form: string): boolean {
  try {
    decodeURIComponent(form);
    return true;
  } catch {
    return false;
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

function brokenText(): AppError {
  return new AppError('invalid_request', 'This request is not valid text.');
}
