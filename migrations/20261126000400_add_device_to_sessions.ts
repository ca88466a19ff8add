import type { Knex } from 'knex';

type Row = { id_hash: string; data: string };

/**
 * Where a session was opened and when it was last seen, for its owner to read. Sessions from before the columns
 * sign_in_id and credential_id get them from their data, so that they too can be found and ended.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('sessions', (table) => {
    table.string('device', 100);
    table.string('last_seen_at', 24);
  });
  for (const { id_hash, data } of await db<Row>('sessions')
    .whereNull('sign_in_id')
    .select('id_hash', 'data')) {
    const { signInId, credentialId } = JSON.parse(data) as { signInId?: string; credentialId?: string };
    const found = { sign_in_id: signInId ?? null, credential_id: credentialId ?? null };
    await db('sessions').where({ id_hash }).update(found);
  }
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('sessions', (table) => {
    table.dropColumn('device');
    table.dropColumn('last_seen_at');
  });
}
