/**
 * The rows of `activity`: what has happened to an account, for its owner to read. Only ever added to, and swept after
 * 90 days. Knows no sentences; must never be handed a secret.
 */
import { randomUUID } from 'node:crypto';
import ipaddr from 'ipaddr.js';
import type { Database } from '../db/database.ts';
import { sweepRows } from '../db/sweep.ts';

const table = 'activity';

/** Milliseconds for which an entry is kept. */
const kept = 90 * 24 * 3_600_000;

/** What can happen to an account. */
export type AccountEvent =
  | 'account_created'
  | 'signed_in'
  | 'sessions_ended'
  | 'email_confirmed'
  | 'email_changed'
  | 'password_set'
  | 'password_changed'
  | 'password_removed'
  | 'password_reset'
  | 'reset_link_made'
  | 'passkey_added'
  | 'passkey_renamed'
  | 'passkey_removed'
  | 'data_exported'
  | 'locked_down';

export type Entry = {
  event: AccountEvent;
  at: Date;
  /** How somebody signed in, where that is what happened. */
  method: string | null;
  /** Such as "Chrome on macOS"; null when it happened in no browser. */
  device: string | null;
  /** The network it came from: the last part of the address is not kept. */
  address: string | null;
  /** What it was about, such as the name of a passkey. */
  detail: string | null;
};

type Row = Omit<Entry, 'at'> & { id: string; user_id: string; at: string };

export type ActivityStore = ReturnType<typeof createActivityStore>;

/** @param db a transaction will do as well */
export function createActivityStore(db: Database) {
  const entries = () => db<Row>(table);

  return {
    /** Adds an entry, now. @param entry.address in full; it is cut here */
    async add(
      userId: string,
      {
        event,
        method = null,
        device = null,
        address = null,
        detail = null,
      }: Partial<Entry> & Pick<Entry, 'event'>,
    ): Promise<void> {
      await entries().insert({
        id: randomUUID(),
        user_id: userId,
        event,
        at: new Date().toISOString(),
        method,
        device: device?.slice(0, 100) ?? null,
        address: address && networkOf(address),
        detail: detail?.slice(0, 320) ?? null,
      });
    },

    /** What has happened to one account, newest first; empty when nothing has. */
    async listFor(userId: string): Promise<Entry[]> {
      const rows = await entries()
        .where({ user_id: userId })
        .orderBy([
          { column: 'at', order: 'desc' },
          { column: 'id', order: 'desc' },
        ]);
      return rows.map(({ id: _, user_id: __, at, ...entry }) => ({ ...entry, at: new Date(at) }));
    },

    /** Whether this has happened to an account in the last 90 days. */
    async knows(userId: string, event: AccountEvent): Promise<boolean> {
      return (await entries().where({ user_id: userId, event }).first('id')) !== undefined;
    },

    /** Removes what is older than 90 days. */
    sweep: (): Promise<void> =>
      sweepRows(db, { table, key: 'id', column: 'at', before: new Date(Date.now() - kept).toISOString() }),
  };
}

/** The network of an address: /24 of IPv4, /48 of IPv6; empty for what is no address. */
function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return '';
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return `${parsed.toString().split('.').slice(0, 3).join('.')}.0`;
  return ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/48`).toString();
}
