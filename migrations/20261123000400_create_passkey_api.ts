import type { Knex } from 'knex';

/**
 * The tables of the embedded passkey API. A tenant stands in every one of them; credential ids are unique across
 * tenants, because an authenticator's id names one key wherever it is used.
 */
export async function up(db: Knex): Promise<void> {
  await createUsers(db);
  await createCredentials(db);
  await createChallenges(db);
  await createSigningKeys(db);
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('passkey_api_signing_keys');
  await db.schema.dropTable('passkey_api_challenges');
  await db.schema.dropTable('passkey_api_credentials');
  await db.schema.dropTable('passkey_api_users');
}

async function createUsers(db: Knex): Promise<void> {
  await db.schema.createTable('passkey_api_users', (table) => {
    table.string('tenant_id', 36).notNullable();
    table.string('user_id', 255).notNullable();
    table.string('created_at', 24).notNullable();
    table.primary(['tenant_id', 'user_id']);
  });
}

async function createCredentials(db: Knex): Promise<void> {
  await db.schema.createTable('passkey_api_credentials', (table) => {
    // Base64url of up to 1023 bytes.
    table.string('id', 1364).primary();
    table.string('tenant_id', 36).notNullable();
    table.string('user_id', 255).notNullable();
    table.text('name').notNullable();
    table.text('public_key').notNullable();
    table.string('attestation_type', 32).notNullable();
    table.string('aaguid', 36).notNullable();
    // Unsigned 32 bits on the wire, which PostgreSQL's integer cannot hold.
    table.bigInteger('sign_count').notNullable();
    table.text('transports').notNullable();
    table.boolean('backup_eligible').notNullable();
    table.boolean('backup_state').notNullable();
    table.string('created_at', 24).notNullable();
    table.string('last_used_at', 24).notNullable();
    table.foreign(['tenant_id', 'user_id']).references(['tenant_id', 'user_id']).inTable('passkey_api_users');
    table.index(['tenant_id', 'user_id', 'created_at']);
    table.index(['tenant_id', 'created_at']);
  });
}

async function createChallenges(db: Knex): Promise<void> {
  await db.schema.createTable('passkey_api_challenges', (table) => {
    table.string('challenge_hash', 43).primary();
    table.string('tenant_id', 36).notNullable();
    table.string('operation', 16).notNullable();
    table.string('user_id', 255);
    table.text('allowed_credentials');
    table.string('expires_at', 24).notNullable();
    table.index(['tenant_id', 'expires_at']);
  });
}

async function createSigningKeys(db: Knex): Promise<void> {
  await db.schema.createTable('passkey_api_signing_keys', (table) => {
    table.string('kid', 36).primary();
    table.string('tenant_id', 36).notNullable();
    table.integer('generation').notNullable();
    table.text('public_jwk').notNullable();
    table.text('private_key').notNullable();
    table.string('created_at', 24).notNullable();
    // Two processes that make the first key at once agree on one: the second insert finds its generation taken.
    table.unique(['tenant_id', 'generation']);
  });
}
