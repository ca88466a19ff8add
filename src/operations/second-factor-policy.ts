/** Who is asked for a second factor after the password. Knows no sign-in. */
import type { StoredUser } from '../accounts/user-store.ts';
import type { Database } from '../db/database.ts';
import type { Passkeys } from '../passkeys/passkeys.ts';

export type SecondFactorPolicy = ReturnType<typeof createSecondFactorPolicy>;

/** @param required whether this site asks everybody who has a passkey, whatever they have chosen */
export function createSecondFactorPolicy(passkeys: Passkeys, required: boolean) {
  return {
    required,

    /** Whether a password, or a mailed link, is not enough for this account. @param db a transaction will do as well */
    asks: async (db: Database, { id, secondFactorAt }: StoredUser): Promise<boolean> =>
      secondFactorAt !== null || (required && (await passkeys.proving(db, id)).length > 0),
  };
}
