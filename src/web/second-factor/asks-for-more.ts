/** Whether a password alone is not enough, for pages: what really decides is read in the transaction of each act. */
import type { AccountFacts } from '../../accounts/user.ts';
import type { Passkey } from '../../passkeys/passkey.ts';

/**
 * @param listed the person's passkeys; null when the passkey service does not answer, which makes nothing easier
 * @param required whoever runs this site wants a passkey after the password for everybody who has one
 */
export function asksForMore(
  { secondFactorSince }: AccountFacts,
  listed: readonly Passkey[] | null,
  required = false,
): boolean {
  return (
    secondFactorSince !== null || (required && (listed?.some(({ userVerified }) => userVerified) ?? true))
  );
}
