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
 * What comes before a passkey or a recovery code; empty where there is nothing.
 *
 * @param mail whether mail can be sent: then a confirmed address is a first step
 */
export function firstStep(
  { hasPassword, emailVerified }: Pick<AccountFacts, 'hasPassword' | 'emailVerified'>,
  mail: boolean,
): string {
  if (hasPassword) return 'your password';
  return mail && emailVerified ? 'a link that we email you' : '';
}

/**
 * What somebody risks who has no recovery code.
 *
 * @param left how many they have; null where they would need none
 * @returns empty for whoever has codes, or has no first step that they would follow
 */
export function noCodesLeft(
  account: Pick<AccountFacts, 'hasPassword' | 'emailVerified'>,
  left: number | null,
  mail: boolean,
): string {
  const first = firstStep(account, mail);
  if (left !== 0 || first === '') return '';
  return `You have no recovery codes. If you lose your passkey, ${first} will not be enough.`;
}

/** What is said once after a recovery code was used. @param left how many there are; undefined where none was used */
export function codeUsedWords(left: number | undefined): string {
  if (left === undefined) return '';
  if (left > 0) return `You used a recovery code. ${codesLeftWords(left)}.`;
  return 'You used your last recovery code. Until you have new ones, you cannot sign in without a passkey.';
}

/** What each sign-in costs whoever has no passkey but codes. @param left null where they need none */
export function codesAloneWords(left: number | null): string {
  if (!left) return '';
  return `Without a passkey, each sign-in takes one of your recovery codes. ${codesLeftWords(left)}.`;
}

/** How many recovery codes are left, in a few words. */
export function codesLeftWords(left: number): string {
  return left === 0 ? 'You have none left' : `You have ${left} left`;
}
