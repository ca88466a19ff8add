import type { Knex } from 'knex';

/** What was mailed to somebody as a link. Only the hash of its secret is here; a row that is gone was used. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('account_tokens', (table) => {
    table.string('secret_hash', 43).primary();
    table.string('purpose', 32).notNullable();
    table.string('user_id', 36).references('users.id').onDelete('CASCADE').index();
    table.text('data').notNullable();
    table.string('created_at', 24).notNullable();
    table.string('expires_at', 24).notNullable().index();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('account_tokens');
}
