/**
 * Passkeys that must be gone, whether or not the service answers now: those of an account that was deleted, and one that
 * somebody disowned. From the moment it is noted nothing here knows such a passkey any more; the service is told now or
 * later. Knows neither accounts nor the web.
 */
import { randomUUID } from 'node:crypto';
import type { Database } from '../db/database.ts';
import { type Logger, logEvent, pseudonym } from '../logger.ts';
import type { Hanko } from './hanko.ts';
import type { RecordStore } from './record-store.ts';
import { PasskeyApiRefusal } from './service-errors.ts';

const table = 'passkey_erasures';
const inRun = 20;
/** Milliseconds until the next try: doubled each time, up to the longest. */
const shortestPause = 5_000;
const longestPause = 600_000;
/** Milliseconds after which no registration can end that was under way when its account was deleted. */
const settling = 30_000;

type Row = {
  id: string;
  user_id: string;
  /** Null for all that the user has. */
  credential_id: string | null;
  attempts: number;
  next_try_at: string;
  created_at: string;
};

export type Erasures = ReturnType<typeof createErasures>;

type Dependencies = {
  db: Database;
  /** The service as it is, which still knows what is to be erased. */
  hanko: Hanko;
  records: RecordStore;
  logger: Logger;
};

/** What is to be erased in this database; every process on it sees the same. */
export function createErasures({ db, hanko, records, logger }: Dependencies) {
  const rows = () => db<Row>(table);
  const now = () => new Date().toISOString();

  /** Idempotent: what another process has erased meanwhile is gone, and that is all that was wanted. */
  async function erase({ user_id: userId, credential_id: credentialId }: Row): Promise<void> {
    const theirs = async () =>
      (await hanko.list(userId)).filter(({ id }) => credentialId === null || id === credentialId);
    for (const { id } of await theirs()) await hanko.remove(id);
    if ((await theirs()).length > 0) throw new Error('a passkey came while all were erased');
    if (credentialId === null) await records.removeAllOf(userId);
    else await records.noteRemoved(userId, credentialId);
  }

  /** A passkey that was being registered when its account was deleted may still come: it is looked for once more. */
  async function settle(row: Row): Promise<void> {
    const settled = Date.parse(row.created_at) + settling;
    const one = rows().where({ id: row.id });
    if (row.credential_id === null && settled > Date.now())
      return void (await one.update({ next_try_at: new Date(settled).toISOString() }));
    if (await one.delete())
      logEvent(logger, 'passkeys_erased', { outcome: 'changed', user: pseudonym(row.user_id) });
  }

  async function attempt(row: Row): Promise<void> {
    try {
      await erase(row);
      await settle(row);
    } catch (error) {
      const pause = Math.min(longestPause, shortestPause * 2 ** row.attempts);
      const later = { attempts: row.attempts + 1, next_try_at: new Date(Date.now() + pause).toISOString() };
      await rows().where({ id: row.id }).update(later);
      logger.warn({ err: error, user: pseudonym(row.user_id) }, 'passkeys could not be erased yet');
    }
  }

  /** Erases what is due, of everybody or of one user alone. Safe in several processes at once. */
  async function run(userId?: string): Promise<void> {
    const due = rows().where('next_try_at', '<=', now()).orderBy('next_try_at').limit(inRun);
    for (const row of await (userId === undefined ? due : due.where({ user_id: userId }))) await attempt(row);
  }

  return {
    /**
     * From now on this passkey opens nothing.
     *
     * @param credentialId null for all that the user has
     * @param trx the caller's transaction, if there is one
     */
    async note(userId: string, credentialId: string | null, trx: Database = db): Promise<void> {
      const at = now();
      await trx<Row>(table).insert({
        id: randomUUID(),
        user_id: userId,
        credential_id: credentialId,
        attempts: 0,
        next_try_at: at,
        created_at: at,
      });
    },

    run,

    /** Whether a passkey waits to be erased. */
    async isWaiting(userId: string, credentialId: string): Promise<boolean> {
      const row = await rows()
        .where({ user_id: userId })
        .where((either) => either.whereNull('credential_id').orWhere({ credential_id: credentialId }))
        .first('id');
      return row !== undefined;
    },

    /** The service without what waits to be erased. */
    hiding(): Hanko {
      return {
        ...hanko,
        list: async (userId) => {
          const waiting = await rows().where({ user_id: userId }).select('credential_id');
          const hidden = new Set(waiting.map(({ credential_id }) => credential_id));
          if (hidden.has(null)) return [];
          return (await hanko.list(userId)).filter(({ id }) => !hidden.has(id));
        },
        find: async (id) => ((await isHidden(id)) ? null : hanko.find(id)),
        finishSignIn: async (assertion) => {
          if (await isHidden((assertion as { id: string }).id)) throw unknownCredential();
          return hanko.finishSignIn(assertion);
        },
      };
    },
  };

  async function isHidden(credentialId: string): Promise<boolean> {
    return (await rows().where({ credential_id: credentialId }).first('id')) !== undefined;
  }
}

/** As a Hanko server says it of a credential that it does not have. */
function unknownCredential(): PasskeyApiRefusal {
  return new PasskeyApiRefusal(401, { title: 'failed to get user handle', details: '' });
}
