import type { Knex } from 'knex';

/** What the passkey API does not keep about a passkey, for each owner's passkey one row or, when nothing is to be said, none. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('passkey_records', (table) => {
    table.string('user_id', 36).notNullable();
    // Base64url of up to 1023 bytes.
    table.string('credential_id', 1364).notNullable();
    table.boolean('automatic').notNullable();
    table.boolean('vouched').notNullable();
    table.boolean('discoverable');
    table.string('last_device', 100);
    table.boolean('backup_eligible');
    table.boolean('backup_state');
    table.string('removal_started_at', 24);
    table.string('removed_at', 24).index();
    table.string('created_at', 24).notNullable();
    table.primary(['user_id', 'credential_id']);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('passkey_records');
}
