/** Passkey sign-in, start and finish. Says whose passkey it was; opens no session. */
import { AppError } from '../errors.ts';
import type { EventSource } from '../logger.ts';
import { finish } from './ceremony-finish.ts';
import { type CeremonyParts, expectRelyingParty, type Start } from './ceremony-parts.ts';
import { checkAssertion, readChallenge } from './gate/gate.ts';
import type { Hanko } from './hanko/hanko.ts';
import { PasskeyApiRefusal } from './hanko/service-errors.ts';
import { isBeingRegistered, type PasskeyRecord } from './record-store.ts';
import { notVerified } from './refusals.ts';
import { issueTicket, type Ticket } from './tickets.ts';
import type { VerifiedUse } from './use.ts';

/** A passkey sign-in that has been verified; whether the account exists is another question. */
export type Identity = VerifiedUse & {
  /** The passkey came from another device: a phone, a tablet, a security key. */
  fromElsewhere: boolean;
  /** Of the account, before the passkey was looked at; null when there is no such account. */
  epoch: number | null;
};

/**
 * Start of a sign-in: options for anyone, without an allow list, the same whatever was asked.
 *
 * @throws {AppError} `passkey_service_unavailable`
 */
export async function beginSignIn({ hanko, relyingParty, observe }: CeremonyParts): Promise<Start> {
  const offered = await hanko.beginSignIn();
  expectRelyingParty({ hanko, relyingParty }, offered.rpId);
  const { ticket, expiresIn } = issueTicket(
    { challenge: offered.challenge, purpose: 'sign-in', userId: null, signInId: null, epoch: null },
    offered.timeout,
  );
  const publicKey = {
    challenge: offered.challenge,
    timeout: expiresIn * 1000,
    rpId: offered.rpId,
    userVerification: 'required',
  };
  observe({ stage: 'start', purpose: 'sign-in', options: { publicKey } });
  return { options: { publicKey }, ticket, expiresIn };
}

/**
 * Finish of a sign-in: ticket, gate, service, token. Says whose passkey it was; opens no session.
 *
 * @param credential the posted AuthenticationResponseJSON, unparsed
 * @param tickets the tickets of this browser
 * @param epochOf the epoch of an account, read before its passkey is looked at; null when there is none
 * @throws {AppError} `challenge_expired`, `uv_required`, `sign_in_refused`, `credential_unknown`,
 *   `passkey_service_unavailable`
 */
export async function identify(
  parts: CeremonyParts,
  credential: unknown,
  tickets: readonly Ticket[],
  epochOf: (userId: string) => Promise<number | null>,
  source: EventSource,
): Promise<Identity> {
  const refused = { event: 'ceremony_refused', ...source } as const;
  const { identity } = await finish(
    parts,
    { purpose: 'sign-in', credential, refused, refusal: (cause) => notVerified('sign_in_refused', cause) },
    () => verifiedSignIn(parts, credential, tickets, epochOf),
  );
  return identity;
}

/** The steps of a finish, in their order. */
async function verifiedSignIn(
  { hanko, readPasskeyState, tokens, ceremonies, relyingParty }: CeremonyParts,
  credential: unknown,
  tickets: readonly Ticket[],
  epochOf: (userId: string) => Promise<number | null>,
) {
  const { id: rpId, origin } = relyingParty;
  const startedAt = Date.now();
  const presented = { challenge: readChallenge(credential), ...anybody };
  const { challenge } = await ceremonies.redeem(tickets, presented);
  const checked = await checkAssertion(credential, { challenge, origin, rpId });
  const { credential: assertion, credentialId, userId, flags: backup } = checked;
  const epoch = await epochOf(userId);
  // Read before: once the passkey is verified, its owner may delete it and its record at any moment.
  const { isGone, recordOf } = await readPasskeyState(userId, credentialId);
  if (isGone(credentialId)) throw credentialUnknown(undefined);
  const token = await finishedSignIn(hanko, assertion, credentialId, recordOf(credentialId));
  const claims = await tokens.verify(token, { startedAt, credentialId, userId });
  const fromElsewhere = assertion.authenticatorAttachment === 'cross-platform';
  return { claims, identity: { userId, credentialId, backup, fromElsewhere, epoch } };
}

/** What the ticket of a sign-in is bound to besides its challenge: nobody is known yet. */
const anybody = { purpose: 'sign-in', userId: null, signInId: null, epoch: null } as const;

/** The service's refusals that may mean "no such credential"; they have other causes too, so its own 404 decides. */
async function finishedSignIn(
  hanko: Hanko,
  assertion: { id: string },
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
    if (!maybeUnknown || (known && isBeingRegistered(known))) throw error;
    if ((await hanko.find(credentialId)) !== null) throw error;
    throw credentialUnknown(error);
  }
}

/** The answer to a passkey that no account has any more: its owner has deleted it, or the service has confirmed it. */
export function credentialUnknown(cause: unknown): AppError {
  const sentence = 'This passkey was removed from your account. Use another way to sign in.';
  return new AppError('credential_unknown', sentence, { cause });
}
