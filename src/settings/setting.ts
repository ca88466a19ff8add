/** How the text of one setting becomes its value. Knows no name of a setting. */
import * as z from 'zod';

/** The value cannot be used. Its message is what follows the name of the setting in a sentence, and has no value in it. */
export class Unusable extends Error {}

/**
 * A setting that is judged by what it means, and kept as that.
 *
 * @param parse text in, value out; throws {Unusable}
 */
export function setting<Value>(parse: (text: string) => Value) {
  return z.string().transform((text, context): Value => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      context.addIssue(error.message);
      return z.NEVER;
    }
  });
}

/** One of a few words, however it is capitalised. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  return z.string().toLowerCase().pipe(z.enum(words));
}

/** Without what stands around a value and is not seen: spaces of every kind, line ends, byte order marks, zero widths. */
export function trimmed(text: string): string {
  return text.replace(/^[\s\p{C}]+|[\s\p{C}]+$/gu, '');
}

/** The items of a list, without those that are blank. */
export function listed(text: string): string[] {
  return text
    .split(',')
    .map(trimmed)
    .filter((item) => item !== '');
}

/** Whether each %XX in a part of a URL belongs to a character. */
export function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** Whether a value is still in quotes of any kind, as `docker --env-file` and word processors leave it. */
export function isQuoted(text: string): boolean {
  return /^["'`\p{Pi}\p{Pf}\u201a\u201e].*["'`\p{Pi}\p{Pf}]$/su.test(text);
}
