/** What /dashboard says. */
import type { User } from '../../accounts/user.ts';
import type { Passkey } from '../../passkeys/passkey.ts';
import { paths } from '../paths.ts';
import type { Page } from '../views.ts';
import { frame } from './account-frame.ts';
import { registrationMessages } from './passkey-messages.ts';
import { dateWords, timeAgo } from './times.ts';

/**
 * @param passkeys null when the passkey service does not answer
 * @param notice a sentence left by the page before, or empty
 */
export function dashboardPage(user: User, passkeys: Passkey[] | null, notice: string): Page {
  return {
    template: 'dashboard',
    title: 'Dashboard',
    data: {
      ...frame(user),
      notice,
      available: passkeys !== null,
      passkeys: (passkeys ?? []).map(toEntry),
      registrationUrl: paths.passkeyRegistration,
      messages: registrationMessages,
    },
  };
}

/** Said once after a passkey was created: where it is, if we know its provider, and what to do with it. */
export function passkeySavedNotice(name: string): string {
  const where = name.startsWith('Passkey') ? `as ${name}` : `in ${name}`;
  return `Passkey saved ${where}. Next time, use it on the sign-in page.`;
}

function toEntry(passkey: Passkey, index: number) {
  return {
    elementId: `passkey-${index + 1}`,
    name: passkey.name,
    created: dateWords(passkey.createdAt),
    createdIso: passkey.createdAt.toISOString(),
    lastUsed: passkey.lastUsedAt ? timeAgo(passkey.lastUsedAt) : '',
    lastUsedIso: passkey.lastUsedAt?.toISOString() ?? '',
    renameAction: paths.renamePasskey(passkey.id),
    deleteAction: paths.deletePasskey(passkey.id),
  };
}
