/**
 * The rows of `outbox`: letters that wait to be delivered. Knows knex and columns; must not know what a letter is about,
 * and is never given a text or a secret.
 */
import { randomBytes } from 'node:crypto';
import type { Database } from '../db/database.ts';
import { limits } from '../limits.ts';

const table = 'outbox';

/** Milliseconds for which whoever took a letter has it alone; a process that dies loses it then. */
const claimTime = 60_000;
/** Milliseconds after which nobody would want to read it any more. */
const patience = 3 * 24 * 3_600_000;

/** Whatever can be kept as JSON. */
export type Letter = { kind: string };

/** @property attempts how often it was refused for a while */
export type Waiting = { id: string; letter: Letter; attempts: number; isTooOld: boolean };

type Row = {
  id: string;
  letter: string;
  attempts: number;
  next_try_at: string;
  claimed_until: string | null;
  created_at: string;
  about: string | null;
};

/** The outbox of this database; every process on it takes from the same. @param db a transaction will do as well */
export function createOutbox(db: Database) {
  const letters = () => db<Row>(table);
  const isoTime = (time: number) => new Date(time).toISOString();

  return {
    /**
     * Puts a letter in; when the transaction is over it will be delivered.
     *
     * @param about a name for whom and what it is about; null for a letter that somebody asked for, which is counted
     *   when it is asked for
     */
    async add(letter: Letter, about: string | null = null): Promise<void> {
      const now = isoTime(Date.now());
      await letters().insert({
        id: randomBytes(32).toString('base64url'),
        letter: JSON.stringify(letter),
        attempts: 0,
        next_try_at: now,
        claimed_until: null,
        created_at: now,
        about,
      });
    },

    /** Whether not too many letters about the same wait: while no mail goes out, nobody fills what all share. */
    async hasRoom(about: string): Promise<boolean> {
      const [row] = await letters().where({ about }).count({ count: '*' });
      return Number(row?.count) < limits.waitingLettersOfEvent;
    },

    /** Takes the letter that is due longest, so that nobody else delivers it; null when none is due. */
    async claim(): Promise<Waiting | null> {
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

  function toWaiting(row: Row): Waiting {
    const isTooOld = Date.parse(row.created_at) < Date.now() - patience;
    return { id: row.id, letter: JSON.parse(row.letter), attempts: row.attempts, isTooOld };
  }
}
