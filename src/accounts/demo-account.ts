/** The account that lets a developer look around at once. Must never be called in production. */
import { AppError } from '../errors.ts';
import type { Accounts } from './accounts.ts';

const demo = { email: 'demo@example.com', password: 'correct-horse-battery-staple' } as const;

/**
 * Makes sure that an empty database has the demo account.
 *
 * @returns how to sign in with it, or null when there is none (any more) with this password
 */
export async function ensureDemoAccount(accounts: Accounts): Promise<typeof demo | null> {
  if (await accounts.isEmpty()) await createOnce(accounts);
  return (await accounts.authenticate(demo.email, demo.password)) ? demo : null;
}

/** Another process may be starting on the same database. */
async function createOnce(accounts: Accounts): Promise<void> {
  try {
    await accounts.create(demo.email, demo.password);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
  }
}
