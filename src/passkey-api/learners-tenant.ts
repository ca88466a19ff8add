/** A tenant for whoever learns or develops with the API served alone. Knows neither settings nor files. */
import { createHmac } from 'node:crypto';

/**
 * The same at each start and different on each machine, so that nothing has to be kept: what an app has in its settings
 * goes on working.
 *
 * @param secretKeys of development; the tenant changes with the first
 */
export function learnersTenant([secret = '']: readonly string[]): { tenantId: string; apiKey: string } {
  const derived = (what: string) => createHmac('sha512', secret).update(`passkey API, ${what}`).digest();
  const hex = derived('tenant').toString('hex');
  // RFC 9562, section 5.8: a UUID of one's own making.
  const tenantId = hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-8$3-a$4-$5');
  return { tenantId, apiKey: derived('key').toString('base64url') };
}
