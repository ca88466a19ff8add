/**
 * Whether the tenant of a Hanko server is set up for this application, found without a person and without a passkey: by a
 * registration that is refused in any case, and for another reason when the settings differ. Knows settings; must not know
 * accounts.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../../errors.ts';
import { nobody } from './availability.ts';
import type { Hanko } from './hanko.ts';
import { impossibleRegistration } from './impossible-registration.ts';
import { PasskeyApiRefusal } from './service-errors.ts';

/** What the tenant is held against. */
type RelyingParty = { id: string; origin: string };

export type TenantFault =
  | { setting: 'relying party'; theirs: string }
  /** Our origin is not among theirs. */
  | { setting: 'origin' }
  /** A challenge has expired as soon as it is made: a Hanko server keeps times without their zone, and needs TZ=UTC. */
  | { setting: 'time zone' };

/** For the log. */
export const otherRelyingParty = 'the tenant has another relying party id than the host of ORIGIN';
const expiresAtOnce = 'a challenge of the tenant expires at once';

/** Milliseconds for which an answer is kept: settings seldom change, and each look leaves a challenge with the server. */
const orderKept = 3_600_000;
const othersKept = 60_000;

/** Milliseconds for whoever waits for an answer. */
const deadline = 1_000;

/**
 * Asks for a registration and answers it with a statement that cannot be right: of the format `none`, and not empty. A
 * Hanko server looks at expiry, then at type, challenge and origin of the client data, then at the authenticator data, at
 * the statement last (go-webauthn, `CreateCredential` in `webauthn/registration.go` and `Verify` in `protocol/client.go` and
 * `protocol/attestation.go`), and stores nothing that it has refused. The embedded API has the same order (`refusal.ts`).
 * What is left there is one user without passkeys, always the same, and a challenge.
 *
 * @returns null when nothing differs
 * @throws {AppError} `passkey_service_unavailable`
 */
export async function findTenantFault(hanko: Hanko, ours: RelyingParty): Promise<TenantFault | null> {
  const { rp, challenge } = await hanko.beginRegistration(nobody);
  if (rp.id !== ours.id) return { setting: 'relying party', theirs: rp.id };
  const registration = await impossibleRegistration(challenge, ours);
  try {
    await hanko.finishRegistration(registration);
  } catch (error) {
    const refusal = error instanceof AppError ? error.cause : error;
    if (!(refusal instanceof PasskeyApiRefusal) || !refusal.isOfCeremony || refusal.isFailure) throw error;
    if (refusal.contradictsGate(false)) return { setting: 'origin' };
    return refusal.details === 'Session has Expired' ? { setting: 'time zone' } : null;
  }
  await hanko.remove(registration.id);
  return null;
}

/**
 * Whether the tenant is set up for us, for whoever asks often; true while that cannot be found out, or not within a second.
 * Never throws.
 */
export function createSetupWatch(hanko: Hanko, ours: RelyingParty): () => Promise<boolean> {
  let known = { until: 0, answer: Promise.resolve(true) };

  async function look(): Promise<boolean> {
    try {
      const fault = await findTenantFault(hanko, ours);
      if (fault === null) known.until = Date.now() + orderKept;
      // Of the origin the log has been told already, as of everything that a finish was refused for.
      if (fault?.setting === 'relying party') hanko.misconfigured(otherRelyingParty);
      if (fault?.setting === 'time zone') hanko.misconfigured(expiresAtOnce);
      return fault === null;
    } catch {
      return true;
    }
  }

  return () => {
    if (Date.now() >= known.until) known = { until: Date.now() + othersKept, answer: look() };
    return Promise.race([known.answer, pause(deadline, true, { ref: false })]);
  };
}
