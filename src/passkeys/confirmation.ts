/**
 * The confirmation of an act: whoever is signed in signs, with one of their own passkeys, exactly what is to be done. The
 * challenge is bound to it, so that the signature counts for nothing else. Knows neither accounts nor the web; does nothing.
 */
import { type EventSource, pseudonym } from '../logger.ts';
import { finish } from './ceremony-finish.ts';
import type { CeremonyParts, Person, Start } from './ceremony-parts.ts';
import { type CheckedAssertion, GateRefusal, isBoundTo, type Transaction } from './gate/gate.ts';
import type { Hanko } from './hanko/hanko.ts';
import { askForOwn, type Terms, verifiedOwn } from './own-passkey.ts';
import { notVerified } from './refusals.ts';
import { canonicalOf, type SignedRecord, verifiedOrigin } from './signed-record.ts';
import { wrongAccount } from './step-up.ts';
import type { Ticket } from './tickets.ts';
import type { VerifiedUse } from './use.ts';

/** What is to be done, and to what: all that is signed, but for the time. Nothing in it may come from the browser. */
export type ActData = Readonly<{ act: string; account: string; passkeys: Readonly<Record<string, string>> }> &
  Readonly<Record<string, unknown>>;

/** An act that its owner has signed. */
export type SignedAct = {
  act: ActData;
  /** Of the account when the signature was asked for. */
  epoch: number;
  use: VerifiedUse;
  record: SignedRecord;
};

export type ConfirmationTerms = { act: ActData };

/**
 * Start: options that name the person's own passkeys, and whose challenge is bound to the act.
 *
 * @throws {AppError} `not_found` when there is none that counts; `passkey_service_unavailable`
 */
export function beginConfirmation(
  parts: CeremonyParts,
  person: Person,
  terms: ConfirmationTerms,
): Promise<Start> {
  return askForOwn(parts, person, termsOf(terms));
}

/**
 * Finish: ticket, gate, service, token, for this person, this act, and nothing else. Changes nothing.
 *
 * @param terms.act as it is now: where that is not what was signed, the signature counts for nothing
 * @param credential the posted AuthenticationResponseJSON, unparsed
 * @throws {AppError} `act_changed`, and what a step-up throws
 */
export async function confirmAct(
  parts: CeremonyParts,
  person: Person,
  terms: ConfirmationTerms,
  credential: unknown,
  tickets: readonly Ticket[],
  source: EventSource,
): Promise<SignedAct> {
  const refused = { event: 'confirmation_refused', user: pseudonym(person.id), ...source } as const;
  const { use, record } = await finish(
    parts,
    {
      purpose: 'confirmation',
      credential,
      refused,
      refusal: (cause) => notVerified('sign_in_refused', cause),
    },
    () => recordSigned(parts, person, terms, credential, tickets),
  );
  return { act: terms.act, epoch: person.epoch, use, record };
}

async function recordSigned(
  parts: CeremonyParts,
  person: Person,
  terms: ConfirmationTerms,
  credential: unknown,
  tickets: readonly Ticket[],
) {
  const { claims, use, checked, transaction } = await verifiedOwn(
    parts,
    person,
    credential,
    tickets,
    termsOf(terms),
  );
  const key = (await parts.hanko.find(use.credentialId))?.public_key;
  const record = transaction && key && recordOf(transaction, checked, key);
  // What cannot be verified later counts for nothing now.
  if (!record || (await verifiedOrigin({ ...record, userId: person.id })) !== parts.relyingParty.origin)
    throw new GateRefusal('the record of the signature does not verify');
  return { claims, use, record };
}

function termsOf({ act }: ConfirmationTerms): Terms {
  return {
    purpose: 'confirmation',
    // Whoever has a session may have made an automatic passkey with the password alone: such a one confirms nothing.
    provenBefore: false,
    isSecondFactor: false,
    offer: (hanko, userId) => askToSign(hanko, userId, act),
    act: {
      name: act.act,
      signed: ({ transactionId, at }) => ({ id: transactionId, data: canonicalOf({ ...act, at }) }),
    },
    send: (hanko, userId, { credential }) => hanko.finishTransaction(naming(userId, credential)),
    foreign: wrongAccount,
  };
}

async function askToSign(hanko: Hanko, userId: string, act: ActData) {
  const data = { ...act, at: new Date().toISOString() };
  const { transactionId, options } = await hanko.beginTransaction(userId, data);
  if (!isBoundTo(options.challenge, { id: transactionId, data: canonicalOf(data) }))
    throw hanko.misconfigured('transactions: the challenge is not bound to the data');
  return { options, act: { name: act.act, transactionId, at: data.at } };
}

/** A Hanko server finds the user of a transaction by the handle alone, and authenticators may leave it out. It is not signed. */
function naming(userId: string, credential: CheckedAssertion['credential']) {
  const { userHandle = Buffer.from(userId).toString('base64url'), ...response } = credential.response;
  return { ...credential, response: { ...response, userHandle } };
}

function recordOf(
  { id: transactionId, data }: Transaction,
  { credential: { response } }: CheckedAssertion,
  publicKey: string,
): SignedRecord {
  const { clientDataJSON: clientData, authenticatorData, signature } = response;
  return { transactionId, data, publicKey, clientData, authenticatorData, signature };
}
