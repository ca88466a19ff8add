/**
 * The rows of `outbox`: letters that wait to be delivered. Knows knex and columns; must not know what a letter is about,
 * and is never given a text or a secret.
 */
import { randomBytes } from 'node:crypto';
import type { Database } from '../db/database.ts';

const table = 'outbox';

/** Milliseconds for which whoever took a letter has it alone; a process that dies loses it then. */
const claimTime = 60_000;
/** Milliseconds after which nobody would want to read it any more. */
const patience = 3 * 24 * 3_600_000;

/** Whatever can be kept as JSON. */
export type Letter = { kind: string };

/** @property attempts how often it was refused for a while */
export type Waiting<L> = { id: string; letter: L; attempts: number; isTooOld: boolean };

type Row = {
  id: string;
  letter: string;
  attempts: number;
  next_try_at: string;
  claimed_until: string | null;
  created_at: string;
};

/** The outbox of this database; every process on it takes from the same. */
export function createOutbox<L extends Letter>(db: Database) {
  const letters = () => db<Row>(table);
  const isoTime = (time: number) => new Date(time).toISOString();

  return {
    /**
     * Puts a letter in; when this is over it will be delivered.
     *
     * @param within a transaction, without which there is to be no letter either
     */
    async add(letter: L, within: Database = db): Promise<void> {
      const now = isoTime(Date.now());
      await within<Row>(table).insert({
        id: randomBytes(32).toString('base64url'),
        letter: JSON.stringify(letter),
        attempts: 0,
        next_try_at: now,
        claimed_until: null,
        created_at: now,
      });
    },

    /** Takes the letter that is due longest, so that nobody else delivers it; null when none is due. */
    async claim(): Promise<Waiting<L> | null> {
      const now = Date.now();
      const isFree = (query: ReturnType<typeof letters>) =>
        query.where((either) =>
          either.whereNull('claimed_until').orWhere('claimed_until', '<', isoTime(now)),
        );
      for (;;) {
        const row = await isFree(letters().where('next_try_at', '<=', isoTime(now)))
          .orderBy(['next_try_at', 'id'])
          .first();
        if (!row) return null;
        const claimed = await isFree(letters().where({ id: row.id, attempts: row.attempts })).update({
          claimed_until: isoTime(now + claimTime),
        });
        // Otherwise somebody else was first, and the next one may still be there.
        if (claimed === 1) return toWaiting(row);
      }
    },

    /** It is delivered, or given up. */
    async done(id: string): Promise<void> {
      await letters().where({ id }).delete();
    },

    /** It was not its fault: it is due again, behind all that are due by now. */
    async putBack(id: string): Promise<void> {
      await letters()
        .where({ id })
        .update({ next_try_at: isoTime(Date.now()), claimed_until: null });
    },

    /** It is tried again after so many milliseconds, and this try counts. */
    async later(id: string, delay: number): Promise<void> {
      await letters()
        .where({ id })
        .update({
          next_try_at: isoTime(Date.now() + delay),
          claimed_until: null,
          attempts: db.raw('attempts + 1'),
        });
    },

    /** How many letters wait, and since when the oldest does; null when none does. */
    async waiting(): Promise<{ count: number; oldest: Date | null }> {
      const [row] = await letters().count({ count: '*' }).min({ oldest: 'created_at' });
      const oldest = row?.oldest ? new Date(String(row.oldest)) : null;
      return { count: Number(row?.count ?? 0), oldest };
    },
  };

  function toWaiting(row: Row): Waiting<L> {
    const isTooOld = Date.parse(row.created_at) < Date.now() - patience;
    return { id: row.id, letter: JSON.parse(row.letter), attempts: row.attempts, isTooOld };
  }
}
