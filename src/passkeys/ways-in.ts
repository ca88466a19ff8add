/** The ways in which a person can sign in, counted in one place. Knows what a way in is; decides nothing about it. */
import type { Passkey } from './passkey.ts';

/** The ways in that are no passkeys. */
export type OtherWays = {
  password: boolean;
  /** A link can be mailed to an address that is known to reach its owner. */
  email: boolean;
};

/**
 * What an account has to get in with besides passkeys.
 *
 * @param mail whether mail can be sent: without it a confirmed address opens nothing
 */
export function otherWays(
  { hasPassword, emailVerified }: { hasPassword: boolean; emailVerified: boolean },
  mail: boolean,
): OtherWays {
  return { password: hasPassword, email: mail && emailVerified };
}

export type WaysIn = OtherWays & {
  /** Passkeys that sign in by themselves. */
  passkeys: number;
};

/**
 * @param others what the account has besides
 * @param passkeys all of the person's
 * @param without the id of one that is not to be counted, since it is about to go
 */
export function waysIn(others: OtherWays, passkeys: readonly Passkey[], without?: string): WaysIn {
  const alone = passkeys.filter(({ id, signsInAlone }) => signsInAlone && id !== without);
  return { ...others, passkeys: alone.length };
}

/** Whether nobody could get in any more. */
export function isLockedOut({ password, email, passkeys }: WaysIn): boolean {
  return !password && !email && passkeys === 0;
}
