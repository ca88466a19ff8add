/** Passkey sign-in, start and finish. Says whose passkey it was; opens no session. */
import { AppError } from '../errors.ts';
import type { EventSource } from '../logger.ts';
import { issueTicket, type Ticket } from './ceremony.ts';
import { type CeremonyParts, expectRelyingParty, type Start } from './ceremony-parts.ts';
import { checkAssertion, readChallenge } from './gate.ts';
import type { Hanko } from './hanko.ts';
import { judged } from './refusals.ts';
import { PasskeyApiRefusal } from './service-errors.ts';

/** A passkey sign-in that has been verified; whether the account exists is another question. */
export type Identity = { userId: string; credentialId: string };

/**
 * Start of a sign-in: options for anyone, without an allow list, the same whatever was asked.
 *
 * @throws {AppError} `passkey_service_unavailable`
 */
export async function beginSignIn({ hanko, relyingParty }: CeremonyParts): Promise<Start> {
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
  { hanko, tokens, ceremonies, relyingParty, logger }: CeremonyParts,
  credential: unknown,
  tickets: readonly Ticket[],
  source: EventSource,
): Promise<Identity> {
  const startedAt = Date.now();
  const challenge = readChallenge(credential);
  try {
    await ceremonies.redeem(tickets, { challenge, purpose: 'login', userId: null, signInId: null });
    const expected = { challenge: challenge as string, origin: relyingParty.origin, rpId: relyingParty.id };
    const { credential: assertion, credentialId, userId } = await checkAssertion(credential, expected);
    const token = await finishedSignIn(hanko, assertion, credentialId);
    await tokens.verify(token, { startedAt, credentialId, userId });
    return { userId, credentialId };
  } catch (error) {
    throw judged(
      error,
      logger,
      { event: 'ceremony_refused', ...source },
      () => new AppError('sign_in_refused', 'That passkey could not be verified.', { cause: error }),
    );
  }
}

/** The service's refusals that may mean "no such credential"; they have other causes too, so its own 404 decides. */
async function finishedSignIn(hanko: Hanko, assertion: object, credentialId: string): Promise<string> {
  try {
    return await hanko.finishSignIn(assertion);
  } catch (error) {
    const maybeUnknown =
      error instanceof PasskeyApiRefusal &&
      error.status === 401 &&
      (error.title === 'failed to get user handle' || /^Unable to find the credential/.test(error.details));
    if (!maybeUnknown || (await hanko.find(credentialId)) !== null) throw error;
    throw new AppError(
      'credential_unknown',
      'This passkey was removed from your account. Use another way to sign in.',
      {
        cause: error,
      },
    );
  }
}
