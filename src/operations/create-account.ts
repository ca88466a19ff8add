/** Creating an account by hand: what an operator does. Whoever signs up has `sign-up.ts`. */
import { randomUUID } from 'node:crypto';
import { emailAddress } from '../accounts/email-address.ts';
import { noSecondFactor, type User } from '../accounts/user.ts';
import { isUniqueViolation } from '../db/faults.ts';
import { AppError } from '../errors.ts';
import type { Operate, Source } from './operation.ts';

/** Its password has been hashed by whoever asks for it. */
type NewAccount = { email: string; passwordHash: string };

export function createCreateAccount({ operate }: { operate: Operate }) {
  return {
    /**
     * A new account whose address is not confirmed yet, by whoever runs this site.
     *
     * @throws {AppError} `invalid_input` when the address is not one or is taken
     */
    async createAccount({ email, passwordHash }: NewAccount, source: Source): Promise<User> {
      const address = emailAddress.safeParse(email);
      if (!address.success) throw new AppError('invalid_input', 'This is not an email address.');
      const user = { id: randomUUID(), email: address.data, epoch: 0 };
      try {
        await operate(source, async (act) => {
          await act.users.insert({ ...user, passwordHash, emailVerified: false });
          await act.tell('account_created', { ...user, ...noSecondFactor });
        });
      } catch (cause) {
        if (!isUniqueViolation(cause)) throw cause;
        throw new AppError('invalid_input', 'An account with this email address already exists.', { cause });
      }
      return user;
    },
  };
}
