import type { Knex } from 'knex';

/** Letters that are still to be delivered: to whom and about what, without their text. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('outbox', (table) => {
    table.string('id', 43).primary();
    table.text('letter').notNullable();
    table.integer('attempts').notNullable().defaultTo(0);
    table.string('next_try_at', 24).notNullable().index();
    table.string('claimed_until', 24);
    table.string('created_at', 24).notNullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('outbox');
}
