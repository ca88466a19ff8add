/** What is said of the passkey after the password, and of recovery codes, beside their pages. Must not know when. */

export const turnedOn =
  'From now on we ask for a passkey after your password. Other devices were signed out.';
export const turnedOff = 'From now on your password signs you in without a passkey.';
export const siteInsists = 'This was not turned off: this site asks everybody who has a passkey.';
export const turnOnNow = 'Thank you. Now press “Turn on”.';
export const notPossible = 'This could not be turned on. Look at what has changed meanwhile.';
export const couldNotCheck =
  'Your passkeys could not be checked, so this was not turned on. Try again in a few minutes.';
export const keySaved = 'Your security key was saved. Use it after your password.';

/** How many recovery codes are left, in a few words. */
export function codesLeftWords(left: number): string {
  return left === 0 ? 'You have none left' : `You have ${left} left`;
}
