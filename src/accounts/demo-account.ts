/** The account that lets a developer look around at once, and what keeps it out of everywhere else. */
import { AppError } from '../errors.ts';
import { SetupFault } from '../setup-fault.ts';
import type { Accounts } from './accounts.ts';
import { hashPassword } from './password.ts';

const demo = { email: 'demo@example.com', password: 'correct-horse-battery-staple' } as const;

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
  return (await isOpen(accounts)) ? demo : null;
}

/**
 * Makes sure that nobody has the demo account where it is not meant to be: a database of development may be served by
 * mistake.
 *
 * @throws {SetupFault} when it is there, with the password that everybody knows
 */
export async function refuseDemoAccount(accounts: Accounts): Promise<void> {
  if (await isOpen(accounts))
    throw new SetupFault(
      `DATABASE_URL is a database of development: everybody knows the password of its account ${demo.email}. Name another database, or start it once more for development and choose another password.`,
    );
}

/** Without the account nothing is hashed. */
async function isOpen(accounts: Accounts): Promise<boolean> {
  const candidate = await accounts.candidate(demo.email);
  return candidate !== null && (await accounts.verify(candidate, demo.password)) !== null;
}
