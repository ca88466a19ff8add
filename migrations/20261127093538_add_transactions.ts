import type { Knex } from 'knex';

/** Transactions of the passkey API: a challenge that is about something, whose name is taken for as long as it is kept. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('passkey_api_challenges', (table) => {
    table.string('transaction_id', 128);
  });
  await db.schema.alterTable('passkey_api_challenges', (table) => {
    table.unique(['tenant_id', 'transaction_id'], { indexName: 'passkey_api_challenges_transaction_unique' });
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('passkey_api_challenges', (table) => {
    table.dropUnique(['tenant_id', 'transaction_id'], 'passkey_api_challenges_transaction_unique');
  });
  await db.schema.alterTable('passkey_api_challenges', (table) => {
    table.dropColumn('transaction_id');
  });
}
