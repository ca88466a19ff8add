import type { Knex } from 'knex';

/**
 * Passkeys that the passkey service still has to forget: all of an account that is gone, or one of an account that was
 * locked down while the service did not answer. Refers to no user, since the user may be gone.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('passkey_erasures', (table) => {
    table.string('id', 36).primary();
    table.string('user_id', 36).notNullable().index();
    table.string('credential_id', 1364);
    table.integer('attempts').notNullable().defaultTo(0);
    table.string('next_try_at', 24).notNullable().index();
    table.string('created_at', 24).notNullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('passkey_erasures');
}
