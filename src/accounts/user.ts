/** Who a person is to this application. Knows neither the database nor the web. */
export type User = {
  /** UUID text; also the WebAuthn user handle, never reused. */
  id: string;
  /** What it is found by: its address, or what stands in for one that it has not (no-address.ts). */
  email: string;
  /** Rises with whatever ends trust in the account: what was issued under an older epoch opens nothing. */
  epoch: number;
};

/** Drops all but id, email and epoch. */
export function toUser({ id, email, epoch }: User): User {
  return { id, email, epoch };
}

/** What an account asks for besides the password: since when (ISO text) and which recovery codes work; null for neither. */
export type FactorState = { secondFactorAt: string | null; recoverySet: string | null };

/** What every account begins with. */
export const noSecondFactor: FactorState = { secondFactorAt: null, recoverySet: null };

/** What an account knows of itself; never the hash. */
export type AccountFacts = User & {
  /** The email address to show and to mail to; null for an account that has none (no-address.ts). */
  address: string | null;
  /** The address is known to reach its owner. */
  emailVerified: boolean;
  hasPassword: boolean;
  /** Since when it has this password, or none; null when that is not known. */
  passwordChangedAt: Date | null;
  createdAt: Date;
  /** Whether passkeys may be created for this person unasked. */
  automaticPasskeys: boolean;
  /** Passkeys from before then open nothing until their owner has looked at them; null for none. */
  passkeysHeldSince: Date | null;
  /** Since when a passkey or a recovery code is asked for after the password as well; null when it is not. */
  secondFactorSince: Date | null;
};
