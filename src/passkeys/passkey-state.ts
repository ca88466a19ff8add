/**
 * What this application keeps of somebody's passkeys: their records, and which are gone. A deletion removes the record in
 * the transaction that notes it, so both are read at once: read one after the other, a passkey that is being deleted could
 * look like one of which nothing is kept. Decides nothing.
 */
import type { Database } from '../db/database.ts';
import type { Hanko } from './hanko/hanko.ts';
import { pendingOf } from './pending-deletions.ts';
import { type PasskeyRecord, type RecordRow, recordColumns, recordsOf, toRecord } from './record-store.ts';

export type PasskeyState = {
  records: PasskeyRecord[];
  /** Null when nothing is kept of this passkey. */
  recordOf(credentialId: string): PasskeyRecord | null;
  /** Whether this passkey is gone: deleted by now, or about to be. */
  isGone(credentialId: string): boolean;
};

/**
 * Of what is gone there is only the id, null for all passkeys of the person. All other columns are NULL, and `created_at`
 * tells it from a record.
 */
type GoneRow = { credential_id: string | null; created_at: null };

/**
 * One reading of all that is kept of a person's passkeys.
 *
 * @param db a transaction will do as well
 * @param credentialId of this passkey alone; of all when left out
 */
export async function readPasskeyState(
  db: Database,
  userId: string,
  credentialId?: string,
): Promise<PasskeyState> {
  // The id is the first of the columns.
  const [id, ...others] = recordColumns;
  const gone = pendingOf(db, userId, credentialId).select(id, ...others.map(() => db.raw('NULL')));
  const rows: (RecordRow | GoneRow)[] = await recordsOf(db, userId, credentialId)
    .select(...recordColumns)
    .unionAll(gone);
  const records = rows.filter(isRecord).map(toRecord);
  const byId = new Map(records.map((record) => [record.credentialId, record]));
  const goneIds = new Set(rows.filter((row) => !isRecord(row)).map((row) => row.credential_id));
  return {
    records,
    recordOf: (id) => byId.get(id) ?? null,
    isGone: (id) => goneIds.has(id) || goneIds.has(null),
  };
}

/**
 * The API, which reads as if what is deleted here were deleted there. Looked up by owner, since two people may have passkeys
 * with the same id.
 */
export function hidingGone(hanko: Hanko, db: Database): Hanko {
  return {
    ...hanko,
    list: async (userId) => {
      const listed = await hanko.list(userId);
      // Read last: whatever has been deleted by then is known here longer than the API knows it.
      const { isGone } = await readPasskeyState(db, userId);
      return listed.filter(({ id }) => !isGone(id));
    },
    find: async (id) => {
      const found = await hanko.find(id);
      return found && (await readPasskeyState(db, found.user_id, id)).isGone(id) ? null : found;
    },
  };
}

function isRecord(row: RecordRow | GoneRow): row is RecordRow {
  return row.created_at !== null;
}
