import type { Knex } from 'knex';

/**
 * What waits for the passkey API, in the order in which it is told: deletions by their time and new names by their
 * passkeys, with nothing in the index that does not wait. Of former deletions only the end is looked for.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('pending_deletions', (table) => {
    table.dropIndex('credential_id');
    table.dropIndex('next_try_at');
    table.dropIndex('done_at');
  });
  await db.schema.alterTable('pending_deletions', (table) => {
    table.index('next_try_at', 'pending_deletions_waiting_index', { predicate: db.whereNull('done_at') });
    table.index('done_at', 'pending_deletions_done_index', { predicate: db.whereNotNull('done_at') });
  });
  await db.schema.alterTable('passkey_records', (table) => {
    table.dropIndex('renamed_to');
  });
  await db.schema.alterTable('passkey_records', (table) => {
    table.index('credential_id', 'passkey_records_renamed_index', {
      predicate: db.whereNotNull('renamed_to'),
    });
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('passkey_records', (table) => {
    table.dropIndex('credential_id', 'passkey_records_renamed_index');
  });
  await db.schema.alterTable('passkey_records', (table) => {
    table.index('renamed_to');
  });
  await db.schema.alterTable('pending_deletions', (table) => {
    table.dropIndex('next_try_at', 'pending_deletions_waiting_index');
    table.dropIndex('done_at', 'pending_deletions_done_index');
  });
  await db.schema.alterTable('pending_deletions', (table) => {
    table.index('credential_id');
    table.index('next_try_at');
    table.index('done_at');
  });
}
