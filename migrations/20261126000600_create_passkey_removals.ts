import type { Knex } from 'knex';

/**
 * Who is deleting which passkey at this moment, each attempt for itself: of two attempts one may be given up, and the
 * other goes on. The record of the passkey had room for one; its column stays for processes of the release before, and
 * can go with a later one.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('passkey_removals', (table) => {
    table.string('id', 36).primary();
    table.string('user_id', 36).notNullable().index();
    table.string('credential_id', 1364).notNullable();
    table.string('started_at', 24).notNullable().index();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('passkey_removals');
}
