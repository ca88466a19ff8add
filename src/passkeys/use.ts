/**
 * What a use of a passkey asks and leaves behind: that it still opens something, where it was used, and what its
 * authenticator said of copies. In the transaction of the act; knows no ceremony.
 */
import type { Database } from '../db/database.ts';
import { readPasskeyState } from './passkey-state.ts';
import { type BackupFlags, createRecordStore, ordinary, type PasskeyRecord } from './record-store.ts';

export type VerifiedUse = {
  userId: string;
  credentialId: string;
  backup: BackupFlags;
};

/** What has become of a use: `held` until the owner has looked at the passkey, `gone`, or noted. */
export type Outcome = 'held' | 'gone' | Used;

type Used = {
  /** Whether the passkey proves who its owner is: one that was created automatically does not, by itself. */
  vouched: boolean;
  /** How its backup flags changed, for the log; null when they did not. Real devices change them. */
  backupChange: string | null;
};

/**
 * Notes that a passkey has been used.
 *
 * @param heldSince ISO text: passkeys from before then open nothing; null for none
 * @param device where, such as "Chrome on macOS"
 * @returns `held` or `gone`, and nothing is noted, when the passkey opens nothing; one that was not registered to its end
 *   is gone
 */
export async function noteUse(
  trx: Database,
  { userId, credentialId, backup }: VerifiedUse,
  heldSince: string | null,
  device: string,
): Promise<Outcome> {
  const { isGone, recordOf } = await readPasskeyState(trx, userId, credentialId);
  if (isGone(credentialId)) return 'gone';
  const records = createRecordStore(trx);
  const record = recordOf(credentialId) ?? ordinary(credentialId);
  if (!record.confirmed) return 'gone';
  if (!opensSomething(record, heldSince)) return 'held';
  if (!(await records.noteUse(userId, credentialId, device, backup)))
    await records.insert(userId, { ...record, lastDevice: device, backup });
  return { vouched: record.vouched, backupChange: backupChange(record.backup, backup) };
}

/** Whether a passkey that is not deleted opens anything: it is registered to its end, and not held. */
export function opensSomething({ confirmed, createdAt }: PasskeyRecord, heldSince: string | null): boolean {
  return confirmed && (heldSince === null || createdAt > Date.parse(heldSince));
}

function backupChange(before: BackupFlags | null, now: BackupFlags): string | null {
  if (!before) return null;
  const same = before.backupEligible === now.backupEligible && before.backedUp === now.backedUp;
  return same
    ? null
    : `eligible ${before.backupEligible} to ${now.backupEligible}, backed up ${before.backedUp} to ${now.backedUp}`;
}
