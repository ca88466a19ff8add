/** The rows of `recovery_codes`. Keeps SHA-256 of a code, never the code. Knows knex and columns; decides nothing. */
import { randomBytes } from 'node:crypto';
import type { Database } from '../db/database.ts';
import { sweepRows } from '../db/sweep.ts';
import { tokenLifetime } from '../lifetimes.ts';

const table = 'recovery_codes';

type Row = {
  code_hash: string;
  set_id: string;
  user_id: string;
  created_at: string;
  expires_at: string | null;
};

/** @param db a transaction will do as well */
export function createRecoveryCodeStore(db: Database) {
  const codes = () => db<Row>(table);

  return {
    /** Keeps a new set. @returns its id, by which the account names the one that works */
    async add(userId: string, codeHashes: readonly string[]): Promise<string> {
      const setId = randomBytes(16).toString('base64url');
      const created_at = new Date().toISOString();
      await codes().insert(
        codeHashes.map((code_hash) => ({
          code_hash,
          set_id: setId,
          user_id: userId,
          created_at,
          expires_at: null,
        })),
      );
      return setId;
    },

    /** Uses a code up, in one statement: of all who try at once exactly one is told true. */
    spend: async (setId: string, codeHash: string): Promise<boolean> =>
      (await codes().where({ set_id: setId, code_hash: codeHash }).delete()) === 1,

    /** Which of these codes are of a set, and left. */
    left: (setId: string, codeHashes: readonly string[]): Promise<string[]> =>
      codes().where({ set_id: setId }).whereIn('code_hash', codeHashes).pluck('code_hash'),

    /** How many of a set are left. @param before a younger set counts as empty */
    async count(setId: string, before?: Date): Promise<number> {
      const [row] = await codes()
        .where({ set_id: setId })
        .modify((query) => before && query.andWhere('created_at', '<', before.toISOString()))
        .count({ left: '*' });
      return Number(row?.left ?? 0);
    },

    /** A set that works no more, kept as long as "This wasn't me" may bring it back. */
    async retire(setId: string): Promise<void> {
      const end = new Date(Date.now() + tokenLifetime.lockdown).toISOString();
      await codes().where({ set_id: setId }).update({ expires_at: end });
    },

    /** A retired set works again. */
    bringBack: async (setId: string): Promise<void> => {
      await codes().where({ set_id: setId }).update({ expires_at: null });
    },

    /** Removes sets that nobody can bring back any more. */
    sweep: (): Promise<void> =>
      sweepRows(db, { table, key: 'code_hash', column: 'expires_at', before: new Date().toISOString() }),
  };
}
