/** What the signature counter of a verified assertion tells: whether there is a copy of the key. Knows no ceremony. */
import type { Credential } from './credential-store.ts';
import type { CeremonyContext } from './settings.ts';

type Told = { counter: number; flags: { be: boolean } };

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
