/** The account that lets a developer look around at once, and what keeps it out of everywhere else. */
import { AppError } from '../errors.ts';
import { SetupFault } from '../setup-fault.ts';
import type { Accounts } from './accounts.ts';
import { hashPassword } from './password.ts';

/** Its password is one that anybody could choose on a form here. */
export const demo = { email: 'demo@example.com', password: 'violet-otters-mend-lanterns' } as const;

/** Of releases before: databases that they have made may still be around, and everybody knows these as well. */
const formerPasswords = ['correct-horse-battery-staple'];

/**
 * Makes sure that an empty database has the demo account.
 *
 * @param create makes an account; throws {AppError} when there is one already
 * @returns how to sign in with it, or null when there is none (any more) with this password
 */
export async function ensureDemoAccount(
  accounts: Accounts,
  create: (account: { email: string; passwordHash: string }) => Promise<unknown>,
): Promise<typeof demo | null> {
  try {
    if (await accounts.isEmpty())
      await create({ email: demo.email, passwordHash: await hashPassword(demo.password) });
  } catch (error) {
    // Another process may be starting on the same database.
    if (!(error instanceof AppError)) throw error;
  }
  return (await isOpen(accounts, [demo.password])) ? demo : null;
}

/**
 * Makes sure that nobody has the demo account where it is not meant to be: a database of development may be served by
 * mistake.
 *
 * @throws {SetupFault} when it is there, with the password that everybody knows
 */
export async function refuseDemoAccount(accounts: Accounts): Promise<void> {
  if (await isOpen(accounts, [demo.password, ...formerPasswords]))
    throw new SetupFault(
      `DATABASE_URL is a database of development: everybody knows the password of its account ${demo.email}. Name another database, or start it once more for development and choose another password.`,
    );
}

/** Whether one of these passwords opens it. Without the account nothing is hashed. */
async function isOpen(accounts: Accounts, passwords: readonly string[]): Promise<boolean> {
  const candidate = await accounts.candidate(demo.email);
  if (candidate === null) return false;
  for (const password of passwords) if (await accounts.verify(candidate, password)) return true;
  return false;
}
