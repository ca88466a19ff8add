/** What is said after something was done with passkeys, or why it was not. */
import { isolated } from '../../names.ts';

export const passkeyDeleted =
  'Passkey deleted. If your password manager still offers it, remove it there too.';
export const offerDeclined = 'We will not ask again on this device.';
export const passkeysChanged = 'Your passkeys have changed in the meantime. Review them again.';
export const stillTicked = 'Thank you. What you ticked is still ticked. Press “Continue”.';

export function renamedWords(name: string): string {
  return `Renamed to ${isolated(name)}.`;
}

export function automaticWords(isOn: boolean): string {
  return isOn ? 'Passkeys are created automatically.' : 'Passkeys are no longer created automatically.';
}

/**
 * @param reviewed how many were not known, how many are left, and whether those waited for this, as they do after "This
 *   wasn't me" alone
 */
export function reviewedWords(reviewed: { deleted: number; left: number; held: boolean }): string {
  const { deleted, left, held } = reviewed;
  if (deleted === 0) return `Thank you. You keep all your passkeys${held ? ', and they work again' : ''}.`;
  const gone = deleted === 1 ? 'One passkey was deleted.' : `${deleted} passkeys were deleted.`;
  if (left === 0 || !held) return gone;
  return left === 1 ? `${gone} The other one works again.` : `${gone} The others work again.`;
}
