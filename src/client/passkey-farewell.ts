/** The page after an account was deleted: no passkey of it counts any more, and the password manager is told. */
import { canSignal, signal } from './webauthn.ts';

/** `data-rp-id` and `data-user-id` say whose they were. */
export function passkeyFarewell({ dataset: { rpId, userId } }: HTMLElement): void {
  if (canSignal())
    void signal('signalAllAcceptedCredentials', { rpId, userId, allAcceptedCredentialIds: [] });
}
