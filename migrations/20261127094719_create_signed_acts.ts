import type { Knex } from 'knex';

/**
 * Acts that somebody confirmed with the signature of a passkey: what was signed, to the byte, and what it takes to verify it.
 * Rows are added and, after a while, swept; never changed.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('signed_acts', (table) => {
    table.string('transaction_id', 128).primary();
    table.string('user_id', 36).notNullable().references('users.id').onDelete('CASCADE').index();
    table.string('at', 24).notNullable().index();
    table.text('data').notNullable();
    table.text('public_key').notNullable();
    table.text('client_data').notNullable();
    table.text('authenticator_data').notNullable();
    table.text('signature').notNullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('signed_acts');
}
