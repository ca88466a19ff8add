/** What is said after a password was changed, set, removed or forgotten. */

export const passwordRemoved = 'Your password was removed. From now on you sign in with your passkeys.';

/** @param had whether there was one before */
export function passwordSetWords(had: boolean): string {
  return had ? 'Your password was changed.' : 'Your password was set.';
}

/** Said to whoever has used a link because they forgot their password. */
export function openedWords(keepsPassword: boolean): string {
  return keepsPassword
    ? 'You are signed in, and all other devices were signed out.'
    : 'Your password was changed, and all other devices were signed out.';
}
