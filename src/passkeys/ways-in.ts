/** The ways in which a person can sign in, counted in one place. Knows what a way in is; decides nothing about it. */
import type { Passkey } from './passkey.ts';

export type WaysIn = {
  password: boolean;
  /** Passkeys that sign in by themselves. */
  passkeys: number;
};

/**
 * @param hasPassword whether the account has one that can be used
 * @param passkeys all of the person's
 * @param without the id of one that is not to be counted, since it is about to go
 */
export function waysIn(hasPassword: boolean, passkeys: readonly Passkey[], without?: string): WaysIn {
  const alone = passkeys.filter(({ id, signsInAlone }) => signsInAlone && id !== without);
  return { password: hasPassword, passkeys: alone.length };
}

/** Whether nobody could get in any more. */
export function isLockedOut({ password, passkeys }: WaysIn): boolean {
  return !password && passkeys === 0;
}
