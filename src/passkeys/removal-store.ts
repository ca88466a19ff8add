/**
 * The rows of `passkey_removals`: who is deleting which passkey now, each attempt for itself. Knows knex and columns;
 * decides nothing.
 */
import { randomUUID } from 'node:crypto';
import type { Database } from '../db/database.ts';
import { sweepRows } from '../db/sweep.ts';

const table = 'passkey_removals';

/** Milliseconds; an attempt that takes longer than any call is thought to have failed. */
const longest = 60_000;

type Row = { id: string; user_id: string; credential_id: string; started_at: string };

export type RemovalStore = ReturnType<typeof createRemovalStore>;

/** The attempts in this database. @param db a transaction will do as well */
export function createRemovalStore(db: Database) {
  const rows = () => db<Row>(table);
  const going = (userId: string) =>
    rows()
      .where({ user_id: userId })
      .where('started_at', '>', isoTime(Date.now() - longest));

  return {
    /** Notes that a passkey is being deleted from now on. @returns the name of this attempt */
    async note(userId: string, credentialId: string): Promise<string> {
      const id = randomUUID();
      const started_at = isoTime(Date.now());
      await rows().insert({ id, user_id: userId, credential_id: credentialId, started_at });
      return id;
    },

    /** Notes that an attempt was given up. Those of others go on. */
    async forget(attempt: string): Promise<void> {
      await rows().where({ id: attempt }).delete();
    },

    /** The ids of this person's passkeys that somebody is deleting; empty when there is none. */
    async goingOf(userId: string): Promise<Set<string>> {
      return new Set(await going(userId).pluck('credential_id'));
    },

    /** Whether somebody is deleting this passkey, or has just done so. */
    async isGoing(userId: string, credentialId: string): Promise<boolean> {
      return (await going(userId).where({ credential_id: credentialId }).first('id')) !== undefined;
    },

    /** Forgets whatever was begun with the passkeys of a user who is leaving. */
    async forgetAllOf(userId: string): Promise<void> {
      await rows().where({ user_id: userId }).delete();
    },

    /** Forgets attempts that have ended one way or another. */
    sweep: (): Promise<void> =>
      sweepRows(db, { table, key: 'id', column: 'started_at', before: isoTime(Date.now() - longest) }),
  };
}

function isoTime(time: number): string {
  return new Date(time).toISOString();
}
