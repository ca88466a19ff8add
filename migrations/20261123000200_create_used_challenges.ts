import type { Knex } from 'knex';

/** The unique key is what makes a ceremony ticket good for one use, whichever process sees it first. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('used_challenges', (table) => {
    table.string('challenge_hash', 43).primary();
    table.string('expires_at', 24).notNullable().index();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('used_challenges');
}
