/**
 * An assertion with a passkey by somebody whom the application knows already: the steps that step-up, second factor and the
 * confirmation of an act have in common. Knows neither accounts nor the web; opens and changes no session.
 */
import { AppError } from '../errors.ts';
import {
  boundTo,
  type CeremonyParts,
  expectRelyingParty,
  type Person,
  type Start,
} from './ceremony-parts.ts';
import {
  type CheckedAssertion,
  checkAssertion,
  GateRefusal,
  readChallenge,
  type Transaction,
} from './gate/gate.ts';
import type { Hanko, UserRequestOptions } from './hanko/hanko.ts';
import { PasskeyApiRefusal } from './hanko/service-errors.ts';
import { ordinary, type PasskeyRecord } from './record-store.ts';
import { credentialUnknown } from './sign-in.ts';
import { expired, issueTicket, type Ticket } from './tickets.ts';

/** What was asked to be signed, as the ticket keeps it. */
type AskedAct = NonNullable<Ticket['act']>;

/** The API's options, and what is asked to be signed with them. */
type Offer = { options: UserRequestOptions; act?: AskedAct };

/** What one such ceremony asks that another does not. */
export type Terms = {
  purpose: 'reauth' | 'second factor' | 'confirmation';
  /** Something was proved in this sign-in, so a passkey that was created automatically counts too. */
  provenBefore: boolean;
  /** Something else was proved just before: presence is enough, and a key that works only after that may answer. */
  isSecondFactor: boolean;
  offer: (hanko: Hanko, userId: string) => Promise<Offer>;
  /** @returns the API's token */
  send: (hanko: Hanko, userId: string, checked: CheckedAssertion) => Promise<string>;
  /** The act that is to be confirmed, and what must have been signed for it; left out where nothing is. */
  act?: { name: string; signed: (asked: AskedAct) => Transaction };
  /** What to throw for a passkey that is somebody else's. */
  foreign: (cause?: unknown) => Error;
};

/**
 * Options that name the person's own passkeys, those that count.
 *
 * @throws {AppError} `not_found` when there is none; `passkey_service_unavailable`
 */
export async function askForOwn(
  { hanko, readPasskeyState, relyingParty, observe }: CeremonyParts,
  person: Person,
  { purpose, provenBefore, isSecondFactor, offer }: Terms,
): Promise<Start> {
  const [listed, known] = await Promise.all([hanko.list(person.id), readPasskeyState(person.id)]);
  const counts = (id: string) => countsAsProof(known.recordOf(id) ?? ordinary(id), provenBefore);
  const counting = listed.filter(({ id, is_mfa }) => (isSecondFactor || !is_mfa) && counts(id));
  const ids = new Set(counting.map(({ id }) => id));
  if (ids.size === 0) throw nothingToOffer();
  const { options: offered, act } = await offer(hanko, person.id);
  expectRelyingParty({ hanko, relyingParty }, offered.rpId);
  const { ticket, expiresIn } = issueTicket(
    { challenge: offered.challenge, purpose, ...boundTo(person), act },
    offered.timeout,
  );
  const allowCredentials = offered.allowCredentials
    .filter(({ id }) => ids.has(id))
    .map(({ id }) => ({ type: 'public-key', id }));
  // An empty list would let any passkey answer.
  if (allowCredentials.length === 0) throw nothingToOffer();
  const publicKey = {
    challenge: offered.challenge,
    timeout: expiresIn * 1000,
    rpId: offered.rpId,
    allowCredentials,
    userVerification: isSecondFactor && offered.userVerification !== 'required' ? 'preferred' : 'required',
  };
  observe({ stage: 'start', purpose, options: { publicKey } });
  return { options: { publicKey }, ticket, expiresIn };
}

/**
 * The steps of a finish, in their order: ticket, gate, service, token, for this person and nobody else. Changes nothing.
 *
 * @param credential the posted AuthenticationResponseJSON, unparsed
 * @param tickets the tickets of this browser
 * @returns the claims of the API's token, the use to be noted, what the gate has checked, and what was signed, if anything
 * @throws {AppError} `challenge_expired`, `credential_unknown`, `passkey_service_unavailable`; what `foreign` makes
 * @throws {GateRefusal} for everything else
 */
export async function verifiedOwn(
  { hanko, readPasskeyState, tokens, ceremonies, relyingParty }: CeremonyParts,
  person: Person,
  credential: unknown,
  tickets: readonly Ticket[],
  terms: Terms,
) {
  const { purpose, provenBefore, isSecondFactor, act, foreign } = terms;
  const { id: userId } = person;
  const { id: rpId, origin } = relyingParty;
  const startedAt = Date.now();
  const presented = { challenge: readChallenge(credential), purpose, ...boundTo(person), act: act?.name };
  const { challenge, act: asked } = await ceremonies.redeem(tickets, presented);
  const transaction = act && asked && act.signed(asked);
  const expected = {
    challenge,
    origin,
    rpId,
    userId,
    presenceIsEnough: isSecondFactor,
    transaction,
  };
  const checked = await checkAssertion(credential, expected);
  if (checked.userId !== userId) throw foreign();
  const { credentialId, flags: backup } = checked;
  const { isGone, recordOf } = await readPasskeyState(userId, credentialId);
  if (isGone(credentialId)) throw credentialUnknown(undefined);
  if (!countsAsProof(recordOf(credentialId) ?? ordinary(credentialId), provenBefore))
    throw new GateRefusal('nothing has vouched for the passkey');
  const token = await tokenFor(hanko, userId, checked, terms);
  const transactionId = transaction?.id;
  const claims = await tokens.verify(token, { startedAt, credentialId, userId, transactionId });
  return { claims, use: { userId, credentialId, backup }, checked, transaction };
}

/**
 * A passkey that was created automatically proves its owner only beside another proof: whoever knew the password alone
 * could have made one. One that is still being registered proves nothing.
 */
function countsAsProof({ confirmed, vouched }: PasskeyRecord, provenBefore: boolean): boolean {
  return confirmed && (vouched || provenBefore);
}

/**
 * The service says that a passkey is not the user's whether it is another's or nobody's, and also when another one that was
 * offered has been deleted since; what it knows of this one tells.
 */
async function tokenFor(
  hanko: Hanko,
  userId: string,
  checked: CheckedAssertion,
  { send, foreign }: Terms,
): Promise<string> {
  try {
    return await send(hanko, userId, checked);
  } catch (error) {
    if (!(error instanceof PasskeyApiRefusal)) throw error;
    // All but the verification has passed the gate, which let that go.
    if (!checked.flags.userVerified && error.isOfAuthenticator)
      throw new GateRefusal('the service demands that the user is verified', 'uv_required');
    if (!/^User does not own/.test(error.details)) throw error;
    const found = await hanko.find(checked.credentialId);
    if (found === null) throw credentialUnknown(error);
    throw found.user_id === userId ? expired('a passkey that was offered is gone') : foreign(error);
  }
}

function nothingToOffer(): AppError {
  return new AppError('not_found', 'You have no passkey that can confirm this.');
}
