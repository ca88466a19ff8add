/** The account that lets a developer look around at once. Must never be called in production. */
import { AppError } from '../errors.ts';
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
  const candidate = await accounts.candidate(demo.email);
  return (await accounts.verify(candidate, demo.password)) ? demo : null;
}
