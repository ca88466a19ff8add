/** Passkey sign-in, start and finish. Says whose passkey it was; opens no session. */
import { AppError } from '../errors.ts';
import type { EventSource } from '../logger.ts';
import { issueTicket, type Ticket } from './ceremony.ts';
import { finish } from './ceremony-finish.ts';
import { type CeremonyParts, expectRelyingParty, type Start } from './ceremony-parts.ts';
import { checkAssertion, readChallenge } from './gate.ts';
import type { Hanko } from './hanko.ts';
import { isComing, type PasskeyRecord } from './record-store.ts';
import { PasskeyApiRefusal } from './service-errors.ts';
import type { Use } from './use.ts';

/** A passkey sign-in that has been verified; whether the account exists is another question. */
export type Identity = Use & {
  /** The passkey came from another device: a phone, a tablet, a security key. */
  fromElsewhere: boolean;
};

/**
 * Start of a sign-in: options for anyone, without an allow list, the same whatever was asked.
 *
 * @throws {AppError} `passkey_service_unavailable`
 */
export async function beginSignIn({ hanko, relyingParty, observe }: CeremonyParts): Promise<Start> {
  const offered = await hanko.beginSignIn();
  expectRelyingParty(offered.rpId, relyingParty);
  const { ticket, expiresIn } = issueTicket(
    { challenge: offered.challenge, purpose: 'login', userId: null, signInId: null },
    offered.timeout,
  );
  const publicKey = {
    challenge: offered.challenge,
    timeout: expiresIn * 1000,
    rpId: offered.rpId,
    userVerification: 'required',
  };
  observe({ stage: 'start', purpose: 'login', options: { publicKey } });
  return { options: { publicKey }, ticket, expiresIn };
}

/**
 * Finish of a sign-in: ticket, gate, service, token. Says whose passkey it was; opens no session.
 *
 * @param credential the posted AuthenticationResponseJSON, unparsed
 * @param tickets the tickets of this browser
 * @throws {AppError} `challenge_expired`, `uv_required`, `sign_in_refused`, `credential_unknown`,
 *   `passkey_service_unavailable`
 */
export async function identify(
  parts: CeremonyParts,
  credential: unknown,
  tickets: readonly Ticket[],
  source: EventSource,
): Promise<Identity> {
  const { hanko, tokens, ceremonies, records, relyingParty } = parts;
  const startedAt = Date.now();
  const challenge = readChallenge(credential);
  const refused = { event: 'ceremony_refused', ...source } as const;
  const { identity } = await finish(
    parts,
    { purpose: 'login', credential, refused, refusal: signInRefused },
    async () => {
      await ceremonies.redeem(tickets, { challenge, purpose: 'login', userId: null, signInId: null });
      const { id: rpId, origin } = relyingParty;
      const checked = await checkAssertion(credential, { challenge: challenge as string, origin, rpId });
      const { credential: assertion, credentialId, userId, flags: backup } = checked;
      // Read before: once the passkey is verified, its owner may delete it and its record at any moment.
      const known = await records.find(userId, credentialId);
      const token = await finishedSignIn(hanko, assertion, credentialId, known);
      const claims = await tokens.verify(token, { startedAt, credentialId, userId });
      const fromElsewhere = assertion.authenticatorAttachment === 'cross-platform';
      return { claims, identity: { userId, credentialId, backup, known, fromElsewhere } };
    },
  );
  return identity;
}

/** The one answer to an assertion that is not believed, whatever the reason. */
export function signInRefused(cause: unknown): AppError {
  return new AppError('sign_in_refused', 'That passkey could not be verified.', { cause });
}

/** The service's refusals that may mean "no such credential"; they have other causes too, so its own 404 decides. */
async function finishedSignIn(
  hanko: Hanko,
  assertion: object,
  credentialId: string,
  known: PasskeyRecord | null,
): Promise<string> {
  try {
    return await hanko.finishSignIn(assertion);
  } catch (error) {
    const maybeUnknown =
      error instanceof PasskeyApiRefusal &&
      error.status === 401 &&
      (error.title === 'failed to get user handle' || /^Unable to find the credential/.test(error.details));
    // Of a passkey that the service is about to know nobody may be told that it is gone.
    if (!maybeUnknown || (known && isComing(known))) throw error;
    if ((await hanko.find(credentialId)) !== null) throw error;
    throw credentialUnknown(error);
  }
}

/** The answer to a passkey that no account has any more; only after the service has confirmed it. */
export function credentialUnknown(cause: unknown): AppError {
  const sentence = 'This passkey was removed from your account. Use another way to sign in.';
  return new AppError('credential_unknown', sentence, { cause });
}
