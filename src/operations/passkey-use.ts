/**
 * The use of a verified passkey, in the transaction of whatever is done with it: whether it still opens something, and what
 * is said where it does not. Must not know what is done, nor under which event a refusal is logged.
 */
import type { StoredUser } from '../accounts/user-store.ts';
import { AppError } from '../errors.ts';
import { pseudonym } from '../logger.ts';
import { notVerified, type Passkeys, type VerifiedUse } from '../passkeys/passkeys.ts';
import type { Act } from './operation.ts';

/**
 * Notes a use. What an authenticator says of copies may have changed: real devices do that, so it is logged and refuses
 * nobody.
 *
 * @param user the account that it is used for, which is locked
 * @param heldSince ISO text: passkeys from before then open nothing; null for none; that of the account where it is left out
 * @returns what was noted; or which of {@link passkeyRefusals} to answer where the passkey opens nothing, or is somebody
 *   else's: then nothing is noted
 */
export async function usePasskey(
  passkeys: Pick<Passkeys, 'use'>,
  act: Act,
  user: StoredUser,
  use: VerifiedUse,
  heldSince = user.passkeysHeldAt,
) {
  if (use.userId !== user.id) return 'gone';
  const used = await passkeys.use(act.trx, use, heldSince, act.source.device);
  if (typeof used !== 'string' && used.backupChange) {
    const facts = { user: pseudonym(use.userId), credential: pseudonym(use.credentialId) };
    act.log('passkey_backup_state_changed', { outcome: 'changed', ...facts, reason: used.backupChange });
  }
  return used;
}

/** Why a passkey that was verified opens nothing (any more), as the log has it, and what whoever used it is told. */
export const passkeyRefusals = {
  held: { reason: 'the passkey is held', answer: passkeyHeld },
  gone: { reason: 'the passkey opens nothing', answer: () => notVerified('sign_in_refused') },
} as const;

/** The answer to a passkey that is right and waits until its owner has looked at it. */
function passkeyHeld(): AppError {
  const sentence =
    'This account was secured. Sign in with the link that we emailed you, or with your new password, and review your passkeys first.';
  return new AppError('passkey_held', sentence);
}
