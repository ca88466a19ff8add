import type { Knex } from 'knex';

/** Whether passkeys may be created for a person without being asked for; theirs to turn off. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('users', (table) => {
    table.boolean('automatic_passkeys').notNullable().defaultTo(true);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('users', (table) => {
    table.dropColumn('automatic_passkeys');
  });
}
