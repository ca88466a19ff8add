import type { Knex } from 'knex';

/** Which sign-in a session belongs to, and which passkey opened it, so that one statement can end it by either. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('sessions', (table) => {
    table.string('sign_in_id', 32);
    table.string('credential_id', 1364);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('sessions', (table) => {
    table.dropColumn('sign_in_id');
    table.dropColumn('credential_id');
  });
}
