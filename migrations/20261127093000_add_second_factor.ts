import type { Knex } from 'knex';

/**
 * A second factor after the password: since when an account has it, the recovery codes that stand in for a passkey, and
 * sign-ins that still wait for it.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('users', (table) => {
    table.string('second_factor_at', 24);
    // The set of recovery codes that works; null for none.
    table.string('recovery_set', 22);
  });
  // A row that is gone was used. A set that was replaced waits for its end, since "This wasn't me" may bring it back.
  await db.schema.createTable('recovery_codes', (table) => {
    table.string('code_hash', 43).primary();
    table.string('set_id', 22).notNullable().index();
    table.string('user_id', 36).notNullable().references('users.id').onDelete('CASCADE').index();
    table.string('created_at', 24).notNullable();
    table.string('expires_at', 24).index();
  });
  await db.schema.createTable('pending_sign_ins', (table) => {
    table.string('id_hash', 43).primary();
    table.string('user_id', 36).notNullable().references('users.id').onDelete('CASCADE').index();
    table.integer('epoch').notNullable();
    // Of the hash that the password was verified against; null where no password was.
    table.string('verified_hash', 43);
    table.integer('tries').notNullable().defaultTo(0);
    // What the session is to be opened with.
    table.text('data').notNullable();
    table.string('created_at', 24).notNullable();
    table.string('expires_at', 24).notNullable().index();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('pending_sign_ins');
  await db.schema.dropTable('recovery_codes');
  // In words of SQL: for SQLite knex makes the table anew, and all that refers to its rows would go with the former one.
  await db.raw('ALTER TABLE users DROP COLUMN second_factor_at');
  await db.raw('ALTER TABLE users DROP COLUMN recovery_set');
}
