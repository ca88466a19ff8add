/** An account as a whole: created by an operator, exported, deleted, and its one setting. */
import { randomUUID } from 'node:crypto';
import { hashPassword, normalisedPassword, shortestPassword } from '../accounts/password.ts';
import { emailAddress, type User } from '../accounts/user.ts';
import { isUniqueViolation } from '../db/faults.ts';
import { AppError } from '../errors.ts';
import { pseudonym } from '../logger.ts';
import type { Passkeys } from '../passkeys/passkeys.ts';
import { type Asking, type Operate, type Source, signedOut } from './operation.ts';

type Parts = { operate: Operate; passkeys: Passkeys };

export function createAccountOperations({ operate, passkeys }: Parts) {
  return {
    /**
     * A new account whose address is not confirmed yet, by whoever runs this site.
     *
     * @throws {AppError} `invalid_input` when the address is not one or is taken, or the password is too short
     */
    async createAccount(email: string, password: string, source: Source): Promise<User> {
      const address = emailAddress.safeParse(email);
      if (!address.success) throw new AppError('invalid_input', 'This is not an email address.');
      if ([...(normalisedPassword(password) ?? password)].length < shortestPassword)
        throw new AppError('invalid_input', `A password needs at least ${shortestPassword} characters.`);
      const user = { id: randomUUID(), email: address.data, epoch: 0 };
      const passwordHash = await hashPassword(password);
      try {
        await operate(source, async (act) => {
          await act.users.insert({ ...user, passwordHash, emailVerified: false });
          await act.tell('account_created', user);
        });
      } catch (cause) {
        if (!isUniqueViolation(cause)) throw cause;
        throw new AppError('invalid_input', 'An account with this email address exists already.', { cause });
      }
      return user;
    },

    /** Notes that somebody takes their data along. @throws {AppError} `signed_out` */
    noteExport: (asking: Asking, source: Source): Promise<void> =>
      operate(source, async (act) => act.tell('data_exported', await act.asking(asking))),

    /** Turns the automatic creation of passkeys on or off. @throws {AppError} `signed_out` */
    setAutomaticPasskeys: (asking: Asking, allowed: boolean, source: Source): Promise<void> =>
      operate(source, async (act) => {
        const user = await act.asking(asking);
        await act.users.setAutomaticPasskeys(user.id, allowed);
        const facts = { user: pseudonym(user.id), reason: allowed ? 'on' : 'off' };
        act.log('automatic_passkeys_changed', { outcome: 'changed', ...facts });
      }),

    /**
     * Deletes the account: at once and for good here, at the passkey API now or when it answers again. Whoever presses
     * the button twice leaves once, and gets the same answer twice.
     *
     * @throws {AppError} `signed_out` when the sign-in has ended, and the account has not
     */
    async deleteAccount({ userId, signInId }: Asking, source: Source): Promise<void> {
      await operate(source, async (act) => {
        const user = await act.users.lock(userId);
        if (!user) return;
        if (!(await act.sessions.isLiving(userId, signInId))) throw signedOut();
        await act.post({ kind: 'account-deleted', to: user.email });
        await act.users.remove(userId);
        await passkeys.delete(act.trx, userId, null);
        act.log('account_deleted', { outcome: 'changed', user: pseudonym(userId) });
      });
      await passkeys.settle(userId);
    },
  };
}
