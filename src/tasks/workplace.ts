/** What an operator's chores work with: the settings and the database of the application, and what is built on them. */
import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { createAccounts } from '../accounts/accounts.ts';
import { emailAddress } from '../accounts/email-address.ts';
import { createLinks } from '../accounts/links.ts';
import { isNoAddress } from '../accounts/no-address.ts';
import { createSessionStore } from '../accounts/session-store.ts';
import { createSignInThrottle } from '../accounts/sign-in-throttle.ts';
import type { User } from '../accounts/user.ts';
import type { Config } from '../config.ts';
import type { Database } from '../db/database.ts';
import { migrate } from '../db/migrate.ts';
import { AppError } from '../errors.ts';
import { createLogger, type Logger } from '../logger.ts';
import { createOperations } from '../operations/operations.ts';
import { createSecondFactorPolicy } from '../operations/second-factor-policy.ts';
import { createPasskeyBackend } from '../passkey-backend.ts';
import { createPasskeys } from '../passkeys/passkeys.ts';
import type { Asked } from './chore.ts';
import { reach, withDatabase } from './with-database.ts';

export type Workplace = ReturnType<typeof furnish>;

/** What an account is found by. */
const findable = z.union([emailAddress, z.string().toLowerCase().refine(isNoAddress)]);

/** Where a request would have come from, and what stands where a device would. */
export const operator = {
  address: '',
  requestId: `chore ${randomBytes(4).toString('hex')}`,
  device: 'whoever runs this site',
};

/**
 * Opens everything, works, and closes it.
 *
 * @returns what the work answers, the exit code; 1 as of {@link withDatabase}
 */
export function withWorkplace(
  asked: Asked,
  work: (workplace: Workplace) => Promise<number>,
): Promise<number> {
  return withDatabase(asked, async (db, config) => {
    await reach(db);
    await migrate(db);
    // The log goes to standard error here: standard output has the sentences for whoever asked.
    return work(furnish(db, config, createLogger(config.logLevel, asked.streams.stderr)));
  });
}

function furnish(db: Database, config: Config, logger: Logger) {
  const { transport } = createPasskeyBackend(config, db, logger);
  const accounts = createAccounts(db);
  const relyingParty = { id: config.rpId, origin: config.origin };
  const passkeys = createPasskeys({ db, transport, relyingParty, logger });
  const policy = createSecondFactorPolicy(db, passkeys, config.requiresSecondFactor);
  const operations = createOperations({
    db,
    logger,
    accounts,
    passkeys,
    throttle: createSignInThrottle(db, { mail: config.mail !== null }),
    links: createLinks(config.secretKeys),
    mail: config.mail !== null,
    policy,
  });

  return {
    config,
    accounts,
    passkeys,
    operations,
    policy,
    sessionStore: createSessionStore(db),

    /** What becomes of the letters of an operation, for whoever asked. */
    mailWords: config.mail
      ? 'The mail goes out with the running server.'
      : 'Nobody is told by mail, because none is sent here (SMTP_URL is not set).',

    /** @param email also what stands in for one. @throws {AppError} `not_found` with a sentence */
    async userBy(email: string | undefined): Promise<User> {
      const address = findable.safeParse(email ?? '');
      const user = address.success ? await accounts.findByEmail(address.data) : null;
      if (!user) throw new AppError('not_found', 'There is no account with this email address.');
      return user;
    },
  };
}
