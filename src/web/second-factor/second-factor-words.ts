/** What is said of the passkey after the password, and of recovery codes, beside their pages. Must not know when. */
import type { AccountFacts } from '../../accounts/user.ts';

export const turnedOn =
  'From now on we ask for a passkey after your password. Other devices were signed out.';
export const turnedOff = 'From now on your password signs you in without a passkey.';
export const siteInsists = 'This was not turned off: this site asks everybody who has a passkey.';
export const turnOnNow = 'Thank you. Now press “Turn on”.';
export const notPossible = 'This could not be turned on. Look at what has changed meanwhile.';
export const couldNotCheck =
  'Your passkeys could not be checked, so this was not turned on. Try again in a few minutes.';
export const keySaved = 'Your security key was saved. Use it after your password.';

/**
 * What somebody risks who has no recovery code.
 *
 * @param left how many they have; null where they would need none
 * @param mail whether mail can be sent: then a confirmed address is a first step
 * @returns empty for whoever has codes, or has no first step that they would follow
 */
export function noCodesLeft(
  { hasPassword, emailVerified }: Pick<AccountFacts, 'hasPassword' | 'emailVerified'>,
  left: number | null,
  mail: boolean,
): string {
  if (left !== 0 || !(hasPassword || (mail && emailVerified))) return '';
  const first = hasPassword ? 'your password' : 'a link that we email you';
  return `You have no recovery codes. If you lose your passkey, ${first} will not be enough.`;
}

/** What is said once after a recovery code was used. @param left how many there are; undefined where none was used */
export function codeUsedWords(left: number | undefined): string {
  if (left === undefined) return '';
  if (left > 0) return `You used a recovery code. ${codesLeftWords(left)}.`;
  return 'You used your last recovery code. Until you have new ones, you cannot sign in without a passkey.';
}

/** How many recovery codes are left, in a few words. */
export function codesLeftWords(left: number): string {
  return left === 0 ? 'You have none left' : `You have ${left} left`;
}
