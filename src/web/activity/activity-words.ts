/** What has happened to an account, in words for its owner. */
import type { Entry } from '../../accounts/activity-store.ts';
import { accountEvents } from '../../events.ts';

/**
 * Such as "Signed in with a passkey" or "Passkey added: iCloud Keychain".
 *
 * @returns the event's own name when another release wrote it, and nobody knows its words here
 */
export function activityWords({ event, method, detail }: Pick<Entry, 'event' | 'method' | 'detail'>): string {
  const words = Object.hasOwn(accountEvents, event) ? accountEvents[event] : undefined;
  return words?.activity({ method, detail }) ?? event;
}
