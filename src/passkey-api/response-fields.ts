/** The members that both finalize bodies share. Unknown members are dropped, as browsers add new ones. */
import * as z from 'zod';

/** Unpadded base64url. */
export const credentialIdText = z.string().regex(/^[A-Za-z0-9_-]+$/);

/** Base64url whose padding, if any, is cut off. */
export const bytes = z
  .string()
  .transform((text) => text.replace(/={1,2}$/, ''))
  .pipe(credentialIdText);

/** The body as the schema has it, or null when it is not JSON of that shape. */
export function parseBody<T>(schema: z.ZodType<T>, text: string): T | null {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
