import type { Knex } from 'knex';

/** Every time in this database is text: ISO 8601 in UTC with milliseconds, so that text order is time order. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('users', (table) => {
    table.string('id', 36).primary();
    table.string('email', 254).notNullable().unique();
    table.text('password_hash');
    table.string('created_at', 24).notNullable();
    table.string('updated_at', 24).notNullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('users');
}
