/** What an operator's chores work with: the settings and the database of the application, and what is built on them. */
import { randomBytes } from 'node:crypto';
import { createAccounts } from '../accounts/accounts.ts';
import { type AccountEvent, createActivityStore } from '../accounts/activity-store.ts';
import { createMailedLinks } from '../accounts/mailed-links.ts';
import { createSessionStore } from '../accounts/session-store.ts';
import type { User } from '../accounts/user.ts';
import { emailAddress } from '../accounts/user.ts';
import type { Config } from '../config.ts';
import type { Database } from '../db/database.ts';
import { migrate } from '../db/migrate.ts';
import { AppError } from '../errors.ts';
import { createLogger, type Logger } from '../logger.ts';
import { createOutbox } from '../mail/outbox.ts';
import { createPasskeyBackend } from '../passkey-backend.ts';
import { createPasskeys } from '../passkeys/passkeys.ts';
import type { Letter } from '../web/letters/letter.ts';
import type { Asked } from './chore.ts';
import { reach, withDatabase } from './with-database.ts';

export type Workplace = ReturnType<typeof furnish>;

/** Where a request would have come from. */
export const operator = { address: '', requestId: `chore ${randomBytes(4).toString('hex')}` };

/** What stands where a device would. */
const device = 'whoever runs this site';

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
  const accounts = createAccounts({ db, logger });
  const activity = createActivityStore(db);
  const outbox = createOutbox<Letter>(db);
  const relyingParty = { id: config.rpId, origin: config.origin };

  const note = (user: User, event: AccountEvent, detail: string | null = null): Promise<void> =>
    activity.add(user.id, { event, device, detail });

  /** @returns what becomes of the mail, for whoever asked */
  async function post(letter: Letter): Promise<string> {
    if (!config.mail) return 'Nobody is told by mail, because none is sent here (SMTP_URL is not set).';
    await outbox.add(letter);
    return 'The mail goes out with the running server.';
  }

  return {
    config,
    logger,
    accounts,
    links: createMailedLinks(db),
    sessionStore: createSessionStore(db),
    passkeys: createPasskeys({ db, transport, relyingParty, logger }),
    post,

    /** Adds to what the owner finds in their activity. */
    note,

    /** @throws {AppError} `not_found` with a sentence */
    async userBy(email: string | undefined): Promise<User> {
      const address = emailAddress.safeParse(email ?? '');
      const user = address.success ? await accounts.findByEmail(address.data) : null;
      if (!user) throw new AppError('not_found', 'There is no account with this email address.');
      return user;
    },

    /** Adds to it and mails it to the owner. @returns what becomes of the mail */
    async tell(user: User, event: AccountEvent, detail: string | null = null): Promise<string> {
      await note(user, event, detail);
      const about = { userId: user.id, to: null, event, detail, device, at: new Date().toISOString() };
      return post({ kind: 'news', ...about, undoPasskey: null, undoEmail: null });
    },
  };
}
