import type { Knex } from 'knex';

/**
 * The epoch of an account: what was issued under an older one opens nothing. Links that are under way are bound to a
 * state of the account that cannot be compared with an epoch, so they end here, and their pages say so; "This wasn't
 * me" goes on, and now knows the address that it brings back.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('users', (table) => {
    table.integer('epoch').notNullable().defaultTo(0);
    table.string('passkeys_held_at', 24);
  });
  await db.schema.alterTable('account_tokens', (table) => {
    table.integer('epoch');
  });
  await db('account_tokens').whereIn('purpose', ['confirm-email', 'reset-password', 'change-email']).delete();
  await giveLockdownsAnAddress(db);
  await giveLettersAnAddress(db);
  for (const [before, after] of renamedEvents) await renameEvent(db, before, after);
}

export async function down(db: Knex): Promise<void> {
  for (const [before, after] of renamedEvents) await renameEvent(db, after, before);
  await db('account_tokens').delete();
  await db('outbox').delete();
  await db.schema.alterTable('account_tokens', (table) => {
    table.dropColumn('epoch');
  });
  // In words of SQL: for SQLite knex makes the table anew, and all that refers to its rows would go with the former one.
  await db.raw('ALTER TABLE users DROP COLUMN epoch');
  await db.raw('ALTER TABLE users DROP COLUMN passkeys_held_at');
}

/** The names that the log has used all along. */
const renamedEvents = [
  ['signed_in', 'sign_in'],
  ['passkey_added', 'passkey_registered'],
  ['reset_link_made', 'password_reset_link_made'],
  ['locked_down', 'account_locked_down'],
] as const;

async function renameEvent(db: Knex, before: string, after: string): Promise<void> {
  await db('activity').where({ event: before }).update({ event: after });
}

/**
 * Only a letter about a change of the address has the one of then. Of the others it is the one that the next change
 * replaced, or, where none came after, the one that the account has.
 */
async function giveLockdownsAnAddress(db: Knex): Promise<void> {
  const rows = await db('account_tokens')
    .join('users', 'users.id', 'account_tokens.user_id')
    .where('account_tokens.purpose', 'lockdown')
    .select('secret_hash', 'user_id', 'data', 'account_tokens.created_at', 'users.email');
  const lockdowns = rows.map(({ data, created_at, ...row }) => {
    const { passkey = null, email: former, at = created_at } = JSON.parse(data);
    return { ...row, passkey, former, at };
  });
  // From the newest to the oldest, so that what came after each is known.
  const addresses = new Map<string, string>();
  for (const { secret_hash, user_id, email, former, passkey, at } of lockdowns.sort(byTime).reverse()) {
    const address = former ?? addresses.get(user_id) ?? email;
    addresses.set(user_id, address);
    await db('account_tokens')
      .where({ secret_hash })
      .update({ data: JSON.stringify({ at, address, passkey }) });
  }
}

function byTime(one: { at: string }, other: { at: string }): number {
  return one.at < other.at ? -1 : Number(one.at > other.at);
}

/** News still go out, without a button; what asks for a link can be asked for again. */
async function giveLettersAnAddress(db: Knex): Promise<void> {
  for (const { id, letter } of await db('outbox').select('id', 'letter')) {
    const { kind, to, userId, event, detail, at, device } = JSON.parse(letter);
    const user = await db('users')
      .where({ id: userId ?? '' })
      .first('email');
    const address = to ?? user?.email;
    const named = newsNames[event] ?? {
      event: renamedEvents.find(([before]) => before === event)?.[1] ?? event,
    };
    const kept =
      kind === 'news' && address
        ? { kind, to: address, ...named, detail, at, device, link: null }
        : kind === 'account-deleted'
          ? { kind, to }
          : null;
    await (kept
      ? db('outbox')
          .where({ id })
          .update({ letter: JSON.stringify(kept) })
      : db('outbox').where({ id }).delete());
  }
}

/** What only letters had names for. */
const newsNames: Record<string, { event: string; method?: string }> = {
  new_device: { event: 'sign_in' },
  passkey_added_automatically: { event: 'passkey_registered', method: 'automatic' },
};
