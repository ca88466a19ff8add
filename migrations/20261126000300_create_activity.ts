import type { Knex } from 'knex';

/** What has happened to an account, for its owner to read. Rows are added and, after a while, swept; never changed. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('activity', (table) => {
    table.string('id', 36).primary();
    table.string('user_id', 36).notNullable().references('users.id').onDelete('CASCADE');
    table.string('event', 40).notNullable();
    table.string('at', 24).notNullable().index();
    table.string('method', 16);
    table.string('device', 100);
    table.string('address', 45);
    table.string('detail', 320);
    table.index(['user_id', 'at']);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('activity');
}
