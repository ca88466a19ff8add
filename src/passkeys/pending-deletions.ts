/**
 * Passkeys that are gone here, and that the passkey API still has to delete: one that its owner deleted or disowned, or
 * all of an account that is gone, with what the API was told of it. From the moment the row is there such a passkey opens
 * nothing and is listed nowhere; the API is told now or later. Knows neither accounts nor the web.
 */
import { randomUUID } from 'node:crypto';
import type { Database } from '../db/database.ts';
import { sweepRows } from '../db/sweep.ts';
import { type Logger, logEvent, pseudonym } from '../logger.ts';
import type { Hanko } from './hanko/hanko.ts';
import { createRecordStore } from './record-store.ts';

const table = 'pending_deletions';
const inRun = 20;
/** Milliseconds until the next try: doubled each time, up to the longest. */
const shortestPause = 5_000;
const longestPause = 600_000;
/** Milliseconds after which no registration can end that was under way when its account was deleted. */
const settling = 30_000;
/** Milliseconds for which a deletion is remembered, for a sign-in that was being verified when it happened. */
const remembered = 60_000;

type Row = {
  id: string;
  user_id: string;
  /** Null for all that the user has. */
  credential_id: string | null;
  attempts: number;
  next_try_at: string;
  /** Since when the passkey API has deleted it; null while it has not. */
  done_at: string | null;
  created_at: string;
};

export type PendingDeletions = ReturnType<typeof createPendingDeletions>;

/** The rows in this database. @param db a transaction will do as well */
export function createPendingDeletions(db: Database) {
  const rows = () => db<Row>(table);

  return {
    /**
     * From the end of the transaction on this passkey is gone.
     *
     * @param credentialId null for all that the user has
     */
    async add(userId: string, credentialId: string | null): Promise<void> {
      const at = isoTime(Date.now());
      await rows().insert({
        id: randomUUID(),
        user_id: userId,
        credential_id: credentialId,
        attempts: 0,
        next_try_at: at,
        done_at: null,
        created_at: at,
      });
      const records = createRecordStore(db);
      await (credentialId === null ? records.removeAllOf(userId) : records.remove(userId, credentialId));
    },

    /** What the API is to be told now, of everybody or of one person: the longest due first, a few at a time. */
    due: (userId?: string): Promise<Row[]> =>
      rows()
        .whereNull('done_at')
        .where('next_try_at', '<=', isoTime(Date.now()))
        .modify((query) => userId !== undefined && query.where({ user_id: userId }))
        .orderBy('next_try_at')
        .limit(inRun)
        .select(),

    /** The API is asked again then. */
    async postpone({ id, attempts }: Pick<Row, 'id' | 'attempts'>, time: number): Promise<void> {
      await rows()
        .where({ id })
        .update({ attempts, next_try_at: isoTime(time) });
    },

    /** The API has deleted it. @returns whether nobody else has noted that before */
    done: async (id: string): Promise<boolean> =>
      (await rows()
        .where({ id, done_at: null })
        .update({ done_at: isoTime(Date.now()) })) === 1,

    /** Forgets what has been done a while ago. */
    sweep: (): Promise<void> =>
      sweepRows(db, { table, key: 'id', column: 'done_at', before: isoTime(Date.now() - remembered) }),
  };
}

/** The rows about one person's passkeys, or those that say of one of these that it is gone. */
export function pendingOf(db: Database, userId: string, credentialId?: string) {
  return db<Row>(table)
    .where({ user_id: userId })
    .modify(
      (query) =>
        credentialId !== undefined &&
        query.where((either) => either.whereNull('credential_id').orWhere({ credential_id: credentialId })),
    );
}

/**
 * Has the API delete what is due, of everybody or of one person. Safe in several processes at once: what another one has
 * deleted meanwhile is gone, and that is all that is wanted. Never throws for the API; what fails is tried again later.
 *
 * @param hanko the API as it is, which still knows what is to be deleted
 */
export async function deleteAtApi(
  { deletions, hanko, logger }: { deletions: PendingDeletions; hanko: Hanko; logger: Logger },
  userId?: string,
): Promise<void> {
  for (const row of await deletions.due(userId)) {
    try {
      await deleteOne(hanko, row);
      const settled = Date.parse(row.created_at) + settling;
      // A passkey that was being registered when its account was deleted may still come: it is looked for once more.
      if (row.credential_id === null && settled > Date.now()) await deletions.postpone(row, settled);
      else if (await deletions.done(row.id))
        logEvent(logger, 'pending_deletions_done', { outcome: 'changed', user: pseudonym(row.user_id) });
    } catch (error) {
      const pause = Math.min(longestPause, shortestPause * 2 ** row.attempts);
      await deletions.postpone({ ...row, attempts: row.attempts + 1 }, Date.now() + pause);
      logger.warn({ err: error, user: pseudonym(row.user_id) }, 'a passkey could not be deleted yet');
    }
  }
}

async function deleteOne(hanko: Hanko, { user_id: userId, credential_id: credentialId }: Row): Promise<void> {
  const theirs = async () =>
    (await hanko.list(userId)).filter(({ id }) => credentialId === null || id === credentialId);
  for (const { id } of await theirs()) await hanko.remove(id);
  if ((await theirs()).length > 0) throw new Error('a passkey came while all were deleted');
  if (credentialId === null) await hanko.forgetNames(userId);
}

function isoTime(time: number): string {
  return new Date(time).toISOString();
}
