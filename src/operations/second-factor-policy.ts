/** Who is asked for a second factor after the password, for operations and pages alike. Knows no sign-in. */
import type { AccountFacts } from '../accounts/user.ts';
import type { StoredUser } from '../accounts/user-store.ts';
import type { Database } from '../db/database.ts';
import { beforeAnyLetter } from '../lifetimes.ts';
import type { Passkeys } from '../passkeys/passkeys.ts';

export type SecondFactorPolicy = ReturnType<typeof createSecondFactorPolicy>;

/** As much of an account as the question is about. */
type Account = Pick<StoredUser, 'id' | 'secondFactorAt' | 'passkeysHeldAt'>;

/**
 * @param db for what is asked before a transaction begins
 * @param required whether this site asks everybody who has a passkey, whatever they have chosen
 */
export function createSecondFactorPolicy(db: Database, passkeys: Passkeys, required: boolean) {
  /** In the caller's transaction: whether this site insists on it, so that the account cannot do without. */
  const insistsOn = async (trx: Database, { id, passkeysHeldAt }: Account): Promise<boolean> => {
    // As long as passkeys wait to be looked at, one that may be somebody else's shuts nobody out.
    const oldEnough = passkeysHeldAt === null ? null : beforeAnyLetter(new Date(passkeysHeldAt));
    return required && (await passkeys.vouchedIds(trx, id, oldEnough)).length > 0;
  };

  /** In the caller's transaction: whether a password, or a mailed link, is not enough for this account. */
  const asks = async (trx: Database, user: Account): Promise<boolean> =>
    user.secondFactorAt !== null || (await insistsOn(trx, user));

  return {
    insistsOn,
    asks,

    /** Whether the password is all that is asked for, as far as can be said before the transaction, which asks again. */
    isPasswordEnough: async (user: Account): Promise<boolean> => !(await asks(db, user)),

    /** Whether a password is not enough, for pages: what they let pass is asked again in the transaction of each act. */
    asksSecondFactor: ({ id, secondFactorSince, passkeysHeldSince }: AccountFacts): Promise<boolean> =>
      asks(db, {
        id,
        secondFactorAt: secondFactorSince?.toISOString() ?? null,
        passkeysHeldAt: passkeysHeldSince?.toISOString() ?? null,
      }),
  };
}
