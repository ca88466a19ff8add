/** The rows of `signed_acts`: what was signed, for as long as the activity is kept. Knows knex and columns; decides nothing. */
import type { Database } from '../db/database.ts';
import { sweepRows } from '../db/sweep.ts';
import { activityLifetime } from '../lifetimes.ts';
import { limits } from '../limits.ts';
import type { KeptRecord } from './signed-record.ts';

const table = 'signed_acts';

type Row = {
  transaction_id: string;
  user_id: string;
  at: string;
  data: string;
  public_key: string;
  client_data: string;
  authenticator_data: string;
  signature: string;
};

/** @param db a transaction will do as well */
export function createSignedActStore(db: Database) {
  const acts = () => db<Row>(table);

  async function* onwards(): AsyncGenerator<Required<KeptRecord>> {
    for (let after = ''; ; ) {
      const rows: Row[] = await acts()
        .where('transaction_id', '>', after)
        .orderBy('transaction_id')
        .limit(limits.entriesRead)
        .select();
      yield* rows.map(toRecord);
      const last = rows.at(-1);
      if (!last || rows.length < limits.entriesRead) return;
      after = last.transaction_id;
    }
  }

  return {
    /**
     * Keeps a record. The caller's transaction holds the account.
     *
     * @returns false, and nothing is kept, when the account has as many as it may have
     */
    async add(record: Required<KeptRecord>): Promise<boolean> {
      const [row] = await acts().where({ user_id: record.userId }).count({ kept: '*' });
      if (Number(row?.kept) >= limits.signedActsOfAccount) return false;
      await acts().insert(toRow(record));
      return true;
    },

    /** Those of one account, newest first. */
    async listFor(userId: string): Promise<Required<KeptRecord>[]> {
      return (await acts().where({ user_id: userId }).orderBy('at', 'desc')).map(toRecord);
    },

    /** All that there are, read as they are taken. */
    everything: onwards,

    /** Removes what is older than the activity may be. */
    sweep: (): Promise<void> =>
      sweepRows(db, {
        table,
        key: 'transaction_id',
        column: 'at',
        before: new Date(Date.now() - activityLifetime).toISOString(),
      }),
  };
}

function toRow(record: Required<KeptRecord>): Row {
  return {
    transaction_id: record.transactionId,
    user_id: record.userId,
    at: record.at,
    data: record.data,
    public_key: record.publicKey,
    client_data: record.clientData,
    authenticator_data: record.authenticatorData,
    signature: record.signature,
  };
}

function toRecord(row: Row): Required<KeptRecord> {
  return {
    transactionId: row.transaction_id,
    userId: row.user_id,
    at: row.at,
    data: row.data,
    publicKey: row.public_key,
    clientData: row.client_data,
    authenticatorData: row.authenticator_data,
    signature: row.signature,
  };
}
