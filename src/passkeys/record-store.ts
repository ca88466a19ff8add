/**
 * The rows of `passkey_records`: what the passkey API does not keep about a passkey, by its owner and id. A passkey
 * without a row is an ordinary one of which nothing more is known. Knows knex and columns; decides nothing.
 */
import type { Database } from '../db/database.ts';
import { sweepRows } from '../db/sweep.ts';
import type { AuthenticatorFlags } from './gate.ts';

const table = 'passkey_records';

/** The backup flags as they were last seen (WebAuthn Level 3, section 6.1.3); null before they were. */
export type BackupFlags = Pick<AuthenticatorFlags, 'backupEligible' | 'backedUp'>;

export type PasskeyRecord = {
  credentialId: string;
  /** It was made by an automatic upgrade. */
  automatic: boolean;
  /** Its owner was verified beside another proof, so it counts as a proof itself. */
  vouched: boolean;
  /** False when it cannot sign in by itself; null when the browser did not say. */
  discoverable: boolean | null;
  /** Where it was used last, such as "Chrome on macOS"; null before its first use. */
  lastDevice: string | null;
  backup: BackupFlags | null;
  /** Milliseconds since 1970 of the record: shortly after it the API may not know the passkey yet. */
  createdAt: number;
};

type Row = {
  user_id: string;
  credential_id: string;
  automatic: boolean | number;
  vouched: boolean | number;
  discoverable: boolean | number | null;
  last_device: string | null;
  backup_eligible: boolean | number | null;
  backup_state: boolean | number | null;
  removed_at: string | null;
  created_at: string;
};

const key = ['user_id', 'credential_id'];

/** Milliseconds for which it is remembered that a passkey was deleted, for whoever is using it at that moment. */
const remembered = 60_000;

/** Milliseconds for which a new passkey that has a record may not be known to the service yet. */
const registrationTime = 30_000;

export type RecordStore = ReturnType<typeof createRecordStore>;

/** The records in this database. @param db a transaction will do as well */
export function createRecordStore(db: Database) {
  const records = () => db<Row>(table);
  const one = (userId: string, credentialId: string) =>
    records().where({ user_id: userId, credential_id: credentialId });

  /** @returns false, and nothing is changed, when this person's passkey has a record already */
  async function insert(userId: string, record: PasskeyRecord): Promise<boolean> {
    const stored = await records()
      .insert(newRow(userId, record))
      .onConflict(key)
      .ignore()
      .returning('credential_id');
    return stored.length === 1;
  }

  return {
    insert,

    /** All records of one person's passkeys; empty when there is none. */
    async listFor(userId: string): Promise<PasskeyRecord[]> {
      return (await records().where({ user_id: userId, removed_at: null }).select()).map(toRecord);
    },

    /** @returns null when there is no record, or the passkey was deleted */
    async find(userId: string, credentialId: string): Promise<PasskeyRecord | null> {
      const row = await one(userId, credentialId).where({ removed_at: null }).first();
      return row ? toRecord(row) : null;
    },

    /** Puts a record in the place of whatever was left under this id. */
    async replace(userId: string, record: PasskeyRecord): Promise<void> {
      await records().insert(newRow(userId, record)).onConflict(key).merge();
    },

    /** Notes a use: where, and the backup flags. @returns false when there is no record, or the passkey was deleted */
    async noteUse(
      userId: string,
      credentialId: string,
      device: string,
      { backupEligible, backedUp }: BackupFlags,
    ): Promise<boolean> {
      const changed = await one(userId, credentialId)
        .where({ removed_at: null })
        .update({
          last_device: device.slice(0, 100),
          backup_eligible: backupEligible,
          backup_state: backedUp,
        });
      return changed === 1;
    },

    /** From now on it counts as a proof. */
    async vouch(userId: string, credentialId: string): Promise<void> {
      await one(userId, credentialId).update({ vouched: true });
    },

    /** Notes that it has been deleted. The record is there for a while, so that nobody takes it for unknown. */
    async noteRemoved(userId: string, credentialId: string): Promise<void> {
      const removed_at = isoTime(Date.now());
      const row = { ...newRow(userId, ordinary(credentialId)), removed_at };
      await records().insert(row).onConflict(key).merge({ removed_at });
    },

    /** Whether it has been deleted lately. */
    async isRemoved(userId: string, credentialId: string): Promise<boolean> {
      const row = await one(userId, credentialId).whereNotNull('removed_at').first('credential_id');
      return row !== undefined;
    },

    /** Forgets a passkey that never came to be. */
    async remove(userId: string, credentialId: string): Promise<void> {
      await one(userId, credentialId).delete();
    },

    /** Forgets all passkeys of a user who is leaving. */
    async removeAllOf(userId: string): Promise<void> {
      await records().where({ user_id: userId }).delete();
    },

    /** Removes the records of passkeys that were deleted a while ago. */
    sweep: (): Promise<void> =>
      sweepRows(db, {
        table,
        key: 'credential_id',
        column: 'removed_at',
        before: isoTime(Date.now() - remembered),
      }),
  };
}

/** Whether a passkey that the service does not know may be one that is being registered just now. */
export function isComing({ createdAt }: PasskeyRecord): boolean {
  return createdAt > Date.now() - registrationTime;
}

/** What holds of a passkey that nothing is known of: it was created on purpose, by a verified owner. */
export function ordinary(credentialId: string): PasskeyRecord {
  return {
    credentialId,
    automatic: false,
    vouched: true,
    discoverable: null,
    lastDevice: null,
    backup: null,
    createdAt: Date.now(),
  };
}

function newRow(userId: string, record: PasskeyRecord): Row {
  return {
    user_id: userId,
    credential_id: record.credentialId,
    automatic: record.automatic,
    vouched: record.vouched,
    discoverable: record.discoverable,
    last_device: record.lastDevice,
    backup_eligible: record.backup?.backupEligible ?? null,
    backup_state: record.backup?.backedUp ?? null,
    removed_at: null,
    created_at: isoTime(record.createdAt),
  };
}

function toRecord(row: Row): PasskeyRecord {
  return {
    credentialId: row.credential_id,
    automatic: Boolean(row.automatic),
    vouched: Boolean(row.vouched),
    discoverable: row.discoverable === null ? null : Boolean(row.discoverable),
    lastDevice: row.last_device,
    backup:
      row.backup_eligible === null
        ? null
        : { backupEligible: Boolean(row.backup_eligible), backedUp: Boolean(row.backup_state) },
    createdAt: Date.parse(row.created_at),
  };
}

function isoTime(time: number): string {
  return new Date(time).toISOString();
}
