/** What an email address is here. Knows neither the database nor the web. */
import * as z from 'zod';

/**
 * An email address in its one spelling: NFKC, trimmed, lower case, at most 254 characters. Normalised first and
 * validated after, so that what is checked is what is stored and looked up.
 */
export const emailAddress = z
  .string()
  .max(1_000)
  .transform((text) => text.normalize('NFKC').trim().toLowerCase())
  .pipe(z.email().max(254));
