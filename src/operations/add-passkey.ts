/** Adding a passkey: the last step of a registration, after the API has stored it. Must not know what an authenticator answered. */
import type { StoredUser } from '../accounts/user-store.ts';
import { type AppError, signedOut } from '../errors.ts';
import { pseudonym } from '../logger.ts';
import {
  expired,
  type Passkeys,
  type Person,
  type Registered,
  upgradeNotAllowed,
} from '../passkeys/passkeys.ts';
import type { Act, Operate, Source } from './operation.ts';

type Parts = { operate: Operate; passkeys: Passkeys };

export function createAddPasskey({ operate, passkeys }: Parts) {
  return {
    /**
     * Takes in a passkey that the API has stored. Where that is not to be any more, or fails, the passkey is gone again.
     *
     * @param person as they were when the registration began
     * @throws {AppError} `signed_out` when the sign-in has ended meanwhile, `challenge_expired` when the account has
     *   changed or the registration took too long, `upgrade_not_allowed` when automatic passkeys were turned off
     */
    async addPasskey(person: Person, passkey: Registered, source: Source): Promise<void> {
      const taken = operate(source, async (act) => {
        const user = await act.users.lock(person.id);
        const refused = user ? await refusalOf(act, user, person, passkey) : signedOut();
        if (!refused) return null;
        await passkeys.delete(act.trx, person.id, passkey.id);
        const facts = { user: pseudonym(person.id), credential: pseudonym(passkey.id), reason: refused.code };
        act.log('passkey_registration_refused', { outcome: 'refused', ...facts });
        return refused;
      });
      const refusal = await taken.catch(async (error) => {
        await passkeys.giveUp(person.id, passkey.id);
        throw error;
      });
      if (!refusal) return;
      await passkeys.settle(person.id);
      throw refusal;
    },
  };

  async function refusalOf(act: Act, user: StoredUser, person: Person, passkey: Registered) {
    return (await whyNot(act, user, person, passkey)) ?? take(act, user, passkey);
  }

  async function whyNot(
    act: Act,
    user: StoredUser,
    { signInId, epoch }: Person,
    { automatic }: Registered,
  ): Promise<AppError | null> {
    if (!(await act.sessions.isLiving(user.id, signInId))) return signedOut();
    if (user.epoch !== epoch) return expired('the account has changed');
    return automatic && !user.automaticPasskeys ? upgradeNotAllowed() : null;
  }

  async function take(
    act: Act,
    user: StoredUser,
    { id, name, automatic }: Registered,
  ): Promise<AppError | null> {
    if (!(await passkeys.confirm(act.trx, user.id, id))) return expired('the registration took too long');
    const method = automatic ? 'automatic' : undefined;
    const told = { detail: name, takesBack: id, method, reason: method } as const;
    await act.tell('passkey_registered', user, told);
    return null;
  }
}
