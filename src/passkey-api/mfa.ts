/** What differs where a ceremony is for a second factor. Knows no step of it. */
import type { Operation } from './challenge-store.ts';
import type { CeremonyContext, Kind } from './settings.ts';

/** What the challenge of a ceremony waits for. A Hanko server does not tell the kinds apart. */
export const registrationOf = {
  passkey: 'registration',
  mfa: 'mfa_registration',
} as const satisfies Record<Kind, Operation>;

export const loginOf = { passkey: 'authentication', mfa: 'mfa_login' } as const satisfies Record<
  Kind,
  Operation
>;

/** The same tenant's ceremonies for a second factor, set as a Hanko server sets them where nobody has chosen. */
export function ofSecondFactor(context: CeremonyContext): CeremonyContext {
  return { ...context, kind: 'mfa', userVerification: 'preferred' };
}

/** What an authenticator is asked of the credential that it makes (WebAuthn section 5.4.4). */
export function selectionFor({ kind, userVerification }: Pick<CeremonyContext, 'kind' | 'userVerification'>) {
  return kind === 'passkey'
    ? { requireResidentKey: true, residentKey: 'required', userVerification }
    : {
        authenticatorAttachment: 'cross-platform',
        requireResidentKey: false,
        residentKey: 'discouraged',
        userVerification,
      };
}
