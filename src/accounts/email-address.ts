/** What an email address is here. Knows neither the database nor the web. */
import { domainToASCII } from 'node:url';
import * as z from 'zod';
import { isNoAddress } from './no-address.ts';

/**
 * An email address in its one spelling: NFKC, trimmed, lower case, its domain in ASCII, at most 254 characters. Normalised
 * first and validated after, so that what is checked is what is stored and looked up. It is what the email field of a
 * browser takes (HTML, "valid email address"), with a dot in the domain. What stands in for an address is none.
 */
export const emailAddress = z
  .string()
  .max(1_000)
  .transform((text) => withAsciiDomain(text.normalize('NFKC').trim().toLowerCase()))
  .pipe(z.email({ pattern: z.regexes.html5Email }).regex(/@.*\./).max(254))
  .refine((address) => !isNoAddress(address));

/**
 * Some browsers send an international domain as it was typed, others in Punycode, as the mail goes there: both are one
 * address (UTS 46). What could be more than a domain stays as it is, and is none.
 */
function withAsciiDomain(text: string): string {
  const [, name, domain = ''] = /^(.*@)([a-z\d.\-\P{ASCII}]+)$/u.exec(text) ?? [];
  return /\P{ASCII}/u.test(domain) ? name + domainToASCII(domain) : text;
}
