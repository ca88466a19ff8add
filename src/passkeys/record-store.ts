/**
 * The rows of `passkey_records`: what the passkey API does not keep about a passkey, by its owner and id. A passkey
 * without a row is an ordinary one of which nothing more is known. Knows knex and columns; decides nothing.
 */
import type { Database } from '../db/database.ts';
import type { AuthenticatorFlags } from './gate/gate.ts';

const table = 'passkey_records';

/** The backup flags as they were last seen (WebAuthn Level 3, section 6.1.3); null before they were. */
export type BackupFlags = Pick<AuthenticatorFlags, 'backupEligible' | 'backedUp'>;

export type PasskeyRecord = {
  credentialId: string;
  /** It was made by an automatic upgrade. */
  automatic: boolean;
  /**
   * Not doubted: it was created on purpose, or has been used beside another proof since. Not `uvInitialized` of WebAuthn's
   * credential record, which asks whether its user was ever verified, and not who could have created it.
   */
  vouched: boolean;
  /** False when it cannot sign in by itself; null when the browser did not say. */
  discoverable: boolean | null;
  /** Where it was used last, such as "Chrome on macOS"; null before its first use. */
  lastDevice: string | null;
  backup: BackupFlags | null;
  /** False while it is being registered: such a passkey opens nothing. */
  confirmed: boolean;
  /** A name that the passkey API has not been told yet. */
  renamedTo: string | null;
  /** Milliseconds since 1970 of the record, or of its confirmation: shortly after it the API may not know the passkey yet. */
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
  confirmed: boolean | number;
  renamed_to: string | null;
  created_at: string;
};

const key = ['user_id', 'credential_id'];

/** What a record is read from. */
export const recordColumns = [
  'credential_id',
  'automatic',
  'vouched',
  'discoverable',
  'last_device',
  'backup_eligible',
  'backup_state',
  'confirmed',
  'renamed_to',
  'created_at',
] as const;

export type RecordRow = Pick<Row, (typeof recordColumns)[number]>;

/** Milliseconds after which no registration is under way any more. */
const abandonedAfter = 60_000;

/** Milliseconds for which a new passkey that has a record may not be known to the service yet. */
const registrationTime = 30_000;

export type RecordStore = ReturnType<typeof createRecordStore>;

/** The records in this database. @param db a transaction will do as well */
export function createRecordStore(db: Database) {
  const records = () => db<Row>(table);
  const one = (userId: string, credentialId: string) => recordsOf(db, userId, credentialId);

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

    /** Puts a record in the place of whatever was left under this id. */
    async replace(userId: string, record: PasskeyRecord): Promise<void> {
      await records().insert(newRow(userId, record)).onConflict(key).merge();
    },

    /** Notes a use: where, and the backup flags. @returns false when there is no record */
    async noteUse(
      userId: string,
      credentialId: string,
      device: string,
      { backupEligible, backedUp }: BackupFlags,
    ): Promise<boolean> {
      const changed = await one(userId, credentialId).update({
        last_device: device,
        backup_eligible: backupEligible,
        backup_state: backedUp,
      });
      return changed === 1;
    },

    /** From now on it counts as a proof. @returns false when there is no record of it */
    vouch: async (userId: string, credentialId: string): Promise<boolean> =>
      (await one(userId, credentialId).update({ vouched: true })) === 1,

    /** From now on this person's automatic passkeys count as a proof no more, but for one. */
    async doubtAutomatic(userId: string, exceptId?: string): Promise<void> {
      await recordsOf(db, userId)
        .where({ automatic: true })
        .modify((query) => exceptId !== undefined && query.whereNot({ credential_id: exceptId }))
        .update({ vouched: false });
    },

    /**
     * From now on it is a passkey like any other: its owner's sign-in was still there when it was stored. It counts as
     * created now, so that what takes back all passkeys since some moment takes it as well.
     */
    async confirm(userId: string, credentialId: string): Promise<boolean> {
      const confirmed = { confirmed: true, created_at: isoTime(Date.now()) };
      return (await one(userId, credentialId).update(confirmed)) === 1;
    },

    /** The records of registrations that began long ago and came to no end; a few at a time. */
    async abandoned(): Promise<{ userId: string; credentialId: string }[]> {
      const rows = await records()
        .where({ confirmed: false })
        .andWhere('created_at', '<', isoTime(Date.now() - abandonedAfter))
        .limit(20)
        .select('user_id', 'credential_id');
      return rows.map(({ user_id, credential_id }) => ({ userId: user_id, credentialId: credential_id }));
    },

    /**
     * Gives a registration up that has come to no end: from now on nobody can confirm it.
     *
     * @returns false, and nothing is changed, when it has been confirmed meanwhile, or is given up already
     */
    async abandon(userId: string, credentialId: string): Promise<boolean> {
      return (await one(userId, credentialId).where({ confirmed: false }).delete()) === 1;
    },

    /** Gives a passkey another name, which the passkey API is still to be told. */
    async rename(userId: string, credentialId: string, name: string, createdAt: Date): Promise<void> {
      const row = { ...newRow(userId, ordinary(credentialId, createdAt.getTime())), renamed_to: name };
      await records().insert(row).onConflict(key).merge({ renamed_to: name });
    },

    /**
     * The names that the passkey API is still to be told: a few at a time, in the order of their passkeys' ids.
     *
     * @param of.userId of this person alone
     * @param of.after of passkeys with a later id than this one
     */
    async renamed(
      of: { userId?: string; after?: string } = {},
    ): Promise<{ userId: string; credentialId: string; name: string }[]> {
      const { userId, after = '' } = of;
      const rows: Row[] = await records()
        .whereNotNull('renamed_to')
        .where('credential_id', '>', after)
        .modify((query) => userId !== undefined && query.where({ user_id: userId }))
        .orderBy('credential_id')
        .limit(20)
        .select();
      return rows.map((row) => ({
        userId: row.user_id,
        credentialId: row.credential_id,
        name: row.renamed_to ?? '',
      }));
    },

    /** The passkey API knows this name now; a newer one is still to be told. */
    async named(userId: string, credentialId: string, name: string): Promise<void> {
      await one(userId, credentialId).where({ renamed_to: name }).update({ renamed_to: null });
    },

    /** Forgets a passkey that is gone, or never came to be. */
    async remove(userId: string, credentialId: string): Promise<void> {
      await one(userId, credentialId).delete();
    },

    /** Forgets all passkeys of a user who is leaving. */
    async removeAllOf(userId: string): Promise<void> {
      await records().where({ user_id: userId }).delete();
    },
  };
}

/** The rows about one person's passkeys, or about one of these. */
export function recordsOf(db: Database, userId: string, credentialId?: string) {
  return db<Row>(table)
    .where({ user_id: userId })
    .modify((query) => credentialId !== undefined && query.where({ credential_id: credentialId }));
}

/** Whether a passkey that the service does not know may be one that is being registered just now. */
export function isBeingRegistered({ createdAt }: PasskeyRecord): boolean {
  return createdAt > Date.now() - registrationTime;
}

/**
 * What holds of a passkey that nothing is known of: it was created on purpose, by a verified owner.
 *
 * @param createdAt milliseconds since 1970; left out when that is not known, and long ago
 */
export function ordinary(credentialId: string, createdAt = 0): PasskeyRecord {
  return {
    credentialId,
    automatic: false,
    vouched: true,
    discoverable: null,
    lastDevice: null,
    backup: null,
    confirmed: true,
    renamedTo: null,
    createdAt,
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
    confirmed: record.confirmed,
    renamed_to: null,
    created_at: isoTime(record.createdAt),
  };
}

/** What a row says. */
export function toRecord(row: RecordRow): PasskeyRecord {
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
    confirmed: Boolean(row.confirmed),
    renamedTo: row.renamed_to,
    createdAt: Date.parse(row.created_at),
  };
}

function isoTime(time: number): string {
  return new Date(time).toISOString();
}
