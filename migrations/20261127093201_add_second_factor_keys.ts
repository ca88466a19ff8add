import type { Knex } from 'knex';

/** Keys of the passkey API that were made for a second factor alone: no sign-in offers or takes them. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('passkey_api_credentials', (table) => {
    table.boolean('is_mfa').notNullable().defaultTo(false);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('passkey_api_credentials', (table) => {
    table.dropColumn('is_mfa');
  });
}
