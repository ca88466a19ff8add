/** Who is asked for a second factor after the password. Knows no sign-in. */
import type { StoredUser } from '../accounts/user-store.ts';
import type { Database } from '../db/database.ts';
import type { Passkeys } from '../passkeys/passkeys.ts';

export type SecondFactorPolicy = ReturnType<typeof createSecondFactorPolicy>;

/** @param required whether this site asks everybody who has a passkey, whatever they have chosen */
export function createSecondFactorPolicy(passkeys: Passkeys, required: boolean) {
  /** Whether this site insists on it, so that the account cannot do without. @param db a transaction will do as well */
  const insistsOn = async (db: Database, { id }: StoredUser): Promise<boolean> =>
    required && (await passkeys.proving(db, id)).length > 0;

  return {
    insistsOn,

    /** Whether a password, or a mailed link, is not enough for this account. @param db as above */
    asks: async (db: Database, user: StoredUser): Promise<boolean> =>
      user.secondFactorAt !== null || (await insistsOn(db, user)),
  };
}
