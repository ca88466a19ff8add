import type { Knex } from 'knex';

/** Since when the address of an account is known to reach its owner, and since when it has its password. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('users', (table) => {
    table.string('email_verified_at', 24);
    table.string('password_changed_at', 24);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('users', (table) => {
    table.dropColumn('email_verified_at');
    table.dropColumn('password_changed_at');
  });
}
