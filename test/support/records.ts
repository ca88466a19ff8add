/** The records of passkeys as a test reads them, beside what the application writes. */
import type { Database } from '../../src/db/database.ts';
import { readPasskeyState } from '../../src/passkeys/passkey-state.ts';
import { createRecordStore } from '../../src/passkeys/record-store.ts';

export function recordsIn(db: Database) {
  return {
    ...createRecordStore(db),
    find: async (userId: string, id: string) => (await readPasskeyState(db, userId, id)).recordOf(id),
    listFor: async (userId: string) => (await readPasskeyState(db, userId)).records,
  };
}
