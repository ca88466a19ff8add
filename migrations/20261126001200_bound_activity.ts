import type { Knex } from 'knex';

/**
 * What is equal is counted in one row instead of written again, and what is asked of the activity has an index: a page by
 * place, an event by name. A letter of the outbox says whom and what it is about, without saying it.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('activity', (table) => {
    table.integer('times').notNullable().defaultTo(1);
    // Of those that were counted; null while there is one.
    table.string('last_at', 24);
    table.dropIndex(['user_id', 'at']);
    table.index(['user_id', 'at', 'id']);
    table.index(['user_id', 'event', 'at']);
  });
  await db.schema.alterTable('outbox', (table) => {
    // SHA-256 as base64url; null for a letter that somebody asked for.
    table.string('about', 43).index();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('outbox', (table) => {
    table.dropIndex('about');
  });
  await db.schema.alterTable('outbox', (table) => {
    table.dropColumn('about');
  });
  await db.schema.alterTable('activity', (table) => {
    table.dropIndex(['user_id', 'at', 'id']);
    table.dropIndex(['user_id', 'event', 'at']);
    table.index(['user_id', 'at']);
  });
  await db.schema.alterTable('activity', (table) => {
    table.dropColumn('times');
    table.dropColumn('last_at');
  });
}
