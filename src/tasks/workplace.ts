/** What an operator's chores work with: the settings and the database of the application, and what is built on them. */
import { randomBytes } from 'node:crypto';
import { createAccounts } from '../accounts/accounts.ts';
import { type AccountEvent, createActivityStore } from '../accounts/activity-store.ts';
import { createMailedLinks } from '../accounts/mailed-links.ts';
import { createSessionStore } from '../accounts/session-store.ts';
import type { User } from '../accounts/user.ts';
import { emailAddress } from '../accounts/user.ts';
import { type Config, configOrExit } from '../config.ts';
import { openDatabase } from '../db/database.ts';
import { migrate } from '../db/migrate.ts';
import { AppError } from '../errors.ts';
import { createLogger } from '../logger.ts';
import { createOutbox } from '../mail/outbox.ts';
import { createPasskeyBackend } from '../passkey-backend.ts';
import { createPasskeys } from '../passkeys/passkeys.ts';
import type { Letter, News } from '../web/letters/letter.ts';

export type Workplace = ReturnType<typeof furnish>;

/** Where a request would have come from. */
export const operator = { address: '', requestId: `chore ${randomBytes(4).toString('hex')}` };

/**
 * Opens everything, works, and closes it.
 *
 * @returns what the work answers: the exit code
 */
export async function withWorkplace(work: (workplace: Workplace) => Promise<number>): Promise<number> {
  const workplace = furnish(configOrExit());
  try {
    await migrate(workplace.db);
    return await work(workplace);
  } finally {
    await workplace.db.destroy();
  }
}

function furnish(config: Config) {
  const db = openDatabase(config.databaseUrl, config.root);
  // The log goes to standard error here: standard output has the sentences for whoever asked.
  const logger = createLogger(config.logLevel, process.stderr);
  const { transport } = createPasskeyBackend(config, db, logger);
  const accounts = createAccounts({ db, logger });
  const activity = createActivityStore(db);
  const outbox = createOutbox<Letter>(db);
  const relyingParty = { id: config.rpId, origin: config.origin };
  const post = async (letter: Letter) => (config.mail ? outbox.add(letter) : undefined);

  return {
    config,
    db,
    logger,
    transport,
    accounts,
    outbox,
    post,
    links: createMailedLinks(db),
    sessionStore: createSessionStore(db),
    passkeys: createPasskeys({ db, transport, relyingParty, logger }),

    /** @throws {AppError} `not_found` with a sentence */
    async userBy(email: string | undefined): Promise<User> {
      const address = emailAddress.safeParse(email ?? '');
      const user = address.success ? await accounts.findByEmail(address.data) : null;
      if (!user) throw new AppError('not_found', 'There is no account with this email address.');
      return user;
    },

    /** What the owner finds in their activity, and gets by mail. */
    async tell(user: User, event: AccountEvent, detail: string | null = null): Promise<void> {
      const device = 'whoever runs this site';
      await activity.add(user.id, { event, device, detail });
      const at = new Date().toISOString();
      const about: Omit<News, 'kind'> = {
        userId: user.id,
        to: null,
        event,
        detail,
        at,
        device,
        undoPasskey: null,
        undoEmail: null,
      };
      await post({ kind: 'news', ...about });
    },
  };
}
