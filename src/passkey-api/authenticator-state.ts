/** What a verified assertion tells about its authenticator: copies of the key, backups. Knows no ceremony. */
import type { Credential } from './credential-store.ts';
import type { CeremonyContext } from './settings.ts';

type Told = { counter: number; flags: { be: boolean; bs: boolean } };

/**
 * A counter that does not grow while either value is above zero means that there is a copy of the key (WebAuthn section
 * 6.1.1). It is reported; only for a key that is meant to be copied does it not count.
 *
 * @returns false when the assertion has to be refused
 */
export function watchCounter(
  { report }: CeremonyContext,
  credential: Credential,
  { counter, flags }: Told,
): boolean {
  const { signCount: stored, userId, id: credentialId } = credential;
  if ((stored === 0 && counter === 0) || counter > stored) return true;
  report('passkey_counter_regression', {
    userId,
    credentialId,
    stored,
    received: counter,
    refused: !flags.be,
  });
  return flags.be;
}

/** Reports when the key became one that can be backed up or was backed up, or the reverse; never a reason to refuse. */
export function watchBackupFlags({ report }: CeremonyContext, credential: Credential, { flags }: Told): void {
  const { userId, id: credentialId, backupEligible, backupState } = credential;
  if (flags.be === backupEligible && flags.bs === backupState) return;
  const before = { backupEligible, backupState };
  const after = { backupEligible: flags.be, backupState: flags.bs };
  report('passkey_backup_state_changed', { userId, credentialId, before, after });
}
