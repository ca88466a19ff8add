import type { Knex } from 'knex';

/** Whether a stranger could have begun it: those that none could have places of their own. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('pending_sign_ins', (table) => {
    table.boolean('known').notNullable().defaultTo(false);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('pending_sign_ins', (table) => {
    table.dropColumn('known');
  });
}
