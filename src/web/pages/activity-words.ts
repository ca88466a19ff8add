/** What has happened to an account, in words for its owner. Knows sentences; must not know where they stand. */
import type { Entry } from '../../accounts/activity-store.ts';

const methods: Record<string, string> = {
  password: 'with your password',
  passkey: 'with a passkey',
  email: 'with a link that we mailed',
};

/** Such as "Signed in with a passkey" or "Passkey added: iCloud Keychain". */
export function activityWords({ event, method, detail }: Pick<Entry, 'event' | 'method' | 'detail'>): string {
  const about = detail ? `: ${detail}` : '';
  const words: Record<Entry['event'], string> = {
    account_created: 'Account created',
    signed_in: `Signed in ${methods[method ?? ''] ?? ''}`.trim(),
    sessions_ended: `Sessions ended${about}`,
    email_confirmed: 'Email address confirmed',
    email_changed: `Email address changed${about}`,
    password_set: 'Password set',
    password_changed: 'Password changed',
    password_removed: 'Password removed',
    password_reset: 'Account opened again with a link that we mailed',
    reset_link_made: 'Link made that resets the password',
    passkey_added: `Passkey added${about}`,
    passkey_renamed: `Passkey renamed${about}`,
    passkey_removed: `Passkey deleted${about}`,
    data_exported: 'Data downloaded',
    locked_down: 'Account secured: everybody was signed out, and the password was turned off',
  };
  return words[event];
}
