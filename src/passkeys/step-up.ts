/**
 * Step-up: whoever is signed in proves once more, with one of their own passkeys, that it is them. Knows neither
 * accounts nor the web; opens and changes no session.
 */
import { AppError } from '../errors.ts';
import { type EventSource, pseudonym } from '../logger.ts';
import { finish } from './ceremony-finish.ts';
import { type CeremonyParts, expectRelyingParty, type Person, type Start } from './ceremony-parts.ts';
import { checkAssertion, GateRefusal, readChallenge } from './gate/gate.ts';
import type { Hanko } from './hanko/hanko.ts';
import { PasskeyApiRefusal } from './hanko/service-errors.ts';
import { ordinary, type PasskeyRecord } from './record-store.ts';
import { notVerified } from './refusals.ts';
import { credentialUnknown } from './sign-in.ts';
import { issueTicket, type Ticket } from './tickets.ts';
import type { Use } from './use.ts';

/** A passkey that has been verified as this person's. */
export type StepUpProof = Use;

/**
 * Start of a step-up: options that name the person's own passkeys, those that count as a proof.
 *
 * @param provenBefore whether the password or a passkey whose user was verified has been accepted in this sign-in
 * @throws {AppError} `not_found` when there is none; `passkey_service_unavailable`
 */
export async function beginStepUp(
  { hanko, readPasskeyState, relyingParty, observe }: CeremonyParts,
  person: Person,
  provenBefore: boolean,
): Promise<Start> {
  const [listed, known] = await Promise.all([hanko.list(person.id), readPasskeyState(person.id)]);
  const counts = (id: string) => countsAsProof(known.recordOf(id) ?? ordinary(id), provenBefore);
  const counting = new Set(listed.filter(({ id, is_mfa }) => !is_mfa && counts(id)).map(({ id }) => id));
  if (counting.size === 0) throw nothingToOffer();
  const offered = await hanko.beginSignInOf(person.id);
  expectRelyingParty({ hanko, relyingParty }, offered.rpId);
  const { ticket, expiresIn } = issueTicket(
    { challenge: offered.challenge, purpose: 'reauth', ...boundTo(person) },
    offered.timeout,
  );
  const allowCredentials = offered.allowCredentials
    .filter(({ id }) => counting.has(id))
    .map(({ id }) => ({ type: 'public-key', id }));
  // An empty list would let any passkey answer.
  if (allowCredentials.length === 0) throw nothingToOffer();
  const publicKey = {
    challenge: offered.challenge,
    timeout: expiresIn * 1000,
    rpId: offered.rpId,
    allowCredentials,
    userVerification: 'required',
  };
  observe({ stage: 'start', purpose: 'reauth', options: { publicKey } });
  return { options: { publicKey }, ticket, expiresIn };
}

/**
 * Finish of a step-up: ticket, gate, service, token, for this person and nobody else. Changes nothing.
 *
 * @param credential the posted AuthenticationResponseJSON, unparsed
 * @param tickets the tickets of this browser
 * @throws {AppError} `challenge_expired`, `uv_required`, `wrong_account`, `sign_in_refused`,
 *   `passkey_service_unavailable`
 */
export async function stepUp(
  parts: CeremonyParts,
  person: Person,
  credential: unknown,
  tickets: readonly Ticket[],
  provenBefore: boolean,
  source: EventSource,
): Promise<StepUpProof> {
  const refused = { event: 'step_up_refused', user: pseudonym(person.id), ...source } as const;
  const { proof } = await finish(
    parts,
    { purpose: 'reauth', credential, refused, refusal: (cause) => notVerified('sign_in_refused', cause) },
    () => verifiedStepUp(parts, person, credential, tickets, provenBefore),
  );
  return proof;
}

/** The steps of a finish, in their order. */
async function verifiedStepUp(
  { hanko, readPasskeyState, tokens, ceremonies, relyingParty }: CeremonyParts,
  person: Person,
  credential: unknown,
  tickets: readonly Ticket[],
  provenBefore: boolean,
) {
  const { id: userId } = person;
  const { id: rpId, origin } = relyingParty;
  const startedAt = Date.now();
  const challenge = readChallenge(credential);
  await ceremonies.redeem(tickets, { challenge, purpose: 'reauth', ...boundTo(person) });
  const expected = { challenge: challenge as string, origin, rpId, userId };
  const checked = await checkAssertion(credential, expected);
  if (checked.userId !== userId) throw wrongAccount();
  const { credentialId, flags: backup } = checked;
  const { isGone, recordOf } = await readPasskeyState(userId, credentialId);
  if (isGone(credentialId)) throw credentialUnknown(undefined);
  const known = recordOf(credentialId);
  if (!countsAsProof(known ?? ordinary(credentialId), provenBefore))
    throw new GateRefusal('the user of the passkey was never verified');
  const token = await finishedStepUp(hanko, checked.credential, credentialId);
  const claims = await tokens.verify(token, { startedAt, credentialId, userId });
  return { claims, proof: { userId, credentialId, backup, known } };
}

/** What the ticket of a step-up is bound to besides its challenge. */
function boundTo({ id, signInId, epoch }: Person) {
  return { userId: id, signInId, epoch };
}

/**
 * A passkey that was created automatically proves its owner only beside another proof: whoever knew the password alone
 * could have made one. One that is still being registered proves nothing.
 */
function countsAsProof({ confirmed, userVerified }: PasskeyRecord, provenBefore: boolean): boolean {
  return confirmed && (userVerified || provenBefore);
}

/** The service says that a passkey is not the user's whether it is another's or nobody's; its own 404 tells. */
async function finishedStepUp(
  hanko: Hanko,
  assertion: { id: string },
  credentialId: string,
): Promise<string> {
  try {
    return await hanko.finishSignIn(assertion);
  } catch (error) {
    const isForeign = error instanceof PasskeyApiRefusal && /^User does not own/.test(error.details);
    if (!isForeign) throw error;
    throw (await hanko.find(credentialId)) === null ? credentialUnknown(error) : wrongAccount(error);
  }
}

function nothingToOffer(): AppError {
  return new AppError('not_found', 'You have no passkey that can confirm this.');
}

function wrongAccount(cause?: unknown): AppError {
  return new AppError('wrong_account', 'That passkey belongs to another account.', { cause });
}
