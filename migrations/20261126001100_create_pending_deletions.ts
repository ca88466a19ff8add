import type { Knex } from 'knex';

/**
 * Passkeys that are gone here and that the passkey API still has to delete: one of somebody's, or all of an account that
 * is gone. One table in the place of `passkey_erasures`, `passkey_removals` and two columns of `passkey_records`. It
 * refers to no user, since the user may be gone.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('pending_deletions', (table) => {
    table.string('id', 36).primary();
    table.string('user_id', 36).notNullable().index();
    // Base64url of up to 1023 bytes; null for all that the user has.
    table.string('credential_id', 1364).index();
    table.integer('attempts').notNullable().defaultTo(0);
    table.string('next_try_at', 24).notNullable().index();
    table.string('done_at', 24).index();
    table.string('created_at', 24).notNullable();
  });
  for (const row of await db('passkey_erasures').select()) await db('pending_deletions').insert({ ...row });
  await db('passkey_records').whereNotNull('removed_at').delete();
  await db.schema.dropTable('passkey_erasures');
  await db.schema.dropTable('passkey_removals');
  await db.schema.alterTable('passkey_records', (table) => {
    table.dropIndex('removed_at');
  });
  await db.schema.alterTable('passkey_records', (table) => {
    table.dropColumn('removed_at');
    table.dropColumn('removal_started_at');
    // False from before the passkey API stores a passkey until its owner's sign-in is found to be still there.
    table.boolean('confirmed').notNullable().defaultTo(true).index();
    // A new name that the passkey API has not been told yet.
    table.string('renamed_to', 64).index();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.createTable('passkey_erasures', (table) => {
    table.string('id', 36).primary();
    table.string('user_id', 36).notNullable().index();
    table.string('credential_id', 1364);
    table.integer('attempts').notNullable().defaultTo(0);
    table.string('next_try_at', 24).notNullable().index();
    table.string('created_at', 24).notNullable();
  });
  await db.schema.createTable('passkey_removals', (table) => {
    table.string('id', 36).primary();
    table.string('user_id', 36).notNullable().index();
    table.string('credential_id', 1364).notNullable();
    table.string('started_at', 24).notNullable().index();
  });
  await db.schema.alterTable('passkey_records', (table) => {
    table.dropIndex('confirmed');
    table.dropIndex('renamed_to');
  });
  await db.schema.alterTable('passkey_records', (table) => {
    table.dropColumn('confirmed');
    table.dropColumn('renamed_to');
    table.string('removal_started_at', 24);
    table.string('removed_at', 24).index();
  });
  for (const { done_at, ...row } of await db('pending_deletions').select())
    if (done_at === null) await db('passkey_erasures').insert(row);
  await db.schema.dropTable('pending_deletions');
}
