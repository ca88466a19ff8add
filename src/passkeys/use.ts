/** What a use of a passkey leaves behind: where it was, and what its authenticator said of copies. Knows no ceremony. */
import { type EventSource, type Logger, logEvent, pseudonym } from '../logger.ts';
import { type BackupFlags, ordinary, type PasskeyRecord, type RecordStore } from './record-store.ts';

export type Use = {
  userId: string;
  credentialId: string;
  backup: BackupFlags;
  /** What was known of the passkey before it was used; null when nothing was. */
  known: PasskeyRecord | null;
};

/**
 * Notes that a passkey has been used. A change of its backup flags is told and never refused: real devices make it.
 *
 * @param device where, such as "Chrome on macOS"
 */
export async function noteUse(
  { records, logger }: { records: RecordStore; logger: Logger },
  { userId, credentialId, backup, known }: Use,
  device: string,
  source: EventSource,
): Promise<void> {
  const noted = await records.noteUse(userId, credentialId, device, backup);
  // A record that was there and is gone belongs to a passkey that was deleted meanwhile: it must not come back.
  if (!noted && !known)
    await records.insert(userId, { ...ordinary(credentialId), lastDevice: device.slice(0, 100), backup });
  const before = known?.backup;
  const changed =
    before && (before.backupEligible !== backup.backupEligible || before.backedUp !== backup.backedUp);
  if (!changed) return;
  const reason = `eligible ${before.backupEligible} to ${backup.backupEligible}, backed up ${before.backedUp} to ${backup.backedUp}`;
  const facts = { user: pseudonym(userId), credential: pseudonym(credentialId), reason, ...source };
  logEvent(logger, 'passkey_backup_state_changed', { outcome: 'changed', ...facts });
}
