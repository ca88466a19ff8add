/** The ways in which a person can sign in, counted in one place. Knows what a way in is; decides nothing about it. */
import type { Passkey } from './passkey.ts';

/** The ways in that are no passkeys. */
export type OtherWays = {
  password: boolean;
  /** A link can be mailed to an address that is known to reach its owner. */
  email: boolean;
  /** What is asked for after either of them; null where nothing is. */
  secondFactor: {
    /** Those that are left, which stand in for a passkey. */
    recoveryCodes: number;
    /** Its owner wants it so. Otherwise the site does, and only while there is a passkey that proves who somebody is. */
    isChosen: boolean;
  } | null;
};

/** @property address null where there is none, so that no password signs in, and no link can be asked for */
type Account = {
  address: string | null;
  hasPassword: boolean;
  emailVerified: boolean;
  secondFactorSince: Date | null;
};

/**
 * What an account has to get in with besides passkeys.
 *
 * @param mail whether mail can be sent: without it a confirmed address opens nothing
 * @param recoveryCodes how many are left
 * @param asksSecondFactor whether a passkey or a code is asked for after the password now
 */
export function otherWays(
  account: Account,
  mail: boolean,
  recoveryCodes: number,
  asksSecondFactor: boolean,
): OtherWays {
  const { address, hasPassword, emailVerified, secondFactorSince } = account;
  const secondFactor = asksSecondFactor ? { recoveryCodes, isChosen: secondFactorSince !== null } : null;
  const hasAddress = address !== null;
  return { password: hasPassword && hasAddress, email: mail && emailVerified && hasAddress, secondFactor };
}

/** Each of them leads in by itself: where a second factor is asked for, there is one for it. */
export type WaysIn = Pick<OtherWays, 'password' | 'email'> & {
  /** Passkeys that sign in by themselves. */
  passkeys: number;
  /** How many recovery codes are all that can follow the password or a mailed link; null where that is not so. */
  codesAlone: number | null;
};

/**
 * @param others what the account has besides
 * @param passkeys all of the person's
 * @param without the id of one that is not to be counted, since it is about to go
 */
export function waysIn(
  { password, email, secondFactor }: OtherWays,
  passkeys: readonly Passkey[],
  without?: string,
): WaysIn {
  const left = passkeys.filter(({ id }) => id !== without);
  const isFollowed = left.some(({ vouched }) => vouched);
  const asked = secondFactor?.isChosen || isFollowed ? secondFactor : null;
  // One that proves nothing by itself is asked for the second factor as well.
  const alone = left.filter(({ signsInAlone, vouched }) => signsInAlone && (!asked || vouched));
  const opens = !asked || isFollowed || asked.recoveryCodes > 0;
  return {
    password: password && opens,
    email: email && opens,
    passkeys: alone.length,
    codesAlone: asked && !isFollowed ? asked.recoveryCodes : null,
  };
}

/** Whether recovery codes would lead in: where there is something that they can follow. */
export function codesWouldDo({ password, email, secondFactor }: OtherWays): boolean {
  return secondFactor !== null && (password || email);
}

/** Whether nobody could get in any more. */
export function isLockedOut({ password, email, passkeys }: WaysIn): boolean {
  return !password && !email && passkeys === 0;
}
