/**
 * Step-up: whoever is signed in proves once more, with one of their own passkeys, that it is them. Knows neither
 * accounts nor the web; opens and changes no session.
 */
import { AppError } from '../errors.ts';
import { type EventSource, pseudonym } from '../logger.ts';
import { finish } from './ceremony-finish.ts';
import type { CeremonyParts, Person, Start } from './ceremony-parts.ts';
import { askForOwn, type Terms, verifiedOwn } from './own-passkey.ts';
import { notVerified } from './refusals.ts';
import type { Ticket } from './tickets.ts';
import type { VerifiedUse } from './use.ts';

/** A passkey that has been verified as this person's, and the epoch that their account had then. */
export type StepUpProof = VerifiedUse & { epoch: number };

/**
 * Start of a step-up: options that name the person's own passkeys, those that count as a proof.
 *
 * @param provenBefore whether the password or a passkey that counts by itself has been accepted in this sign-in
 * @throws {AppError} `not_found` when there is none; `passkey_service_unavailable`
 */
export function beginStepUp(parts: CeremonyParts, person: Person, provenBefore: boolean): Promise<Start> {
  return askForOwn(parts, person, termsOf(provenBefore));
}

/**
 * Finish of a step-up: ticket, gate, service, token, for this person and nobody else. Changes nothing.
 *
 * @param credential the posted AuthenticationResponseJSON, unparsed
 * @param tickets the tickets of this browser
 * @throws {AppError} `challenge_expired`, `uv_required`, `wrong_account`, `sign_in_refused`,
 *   `credential_unknown`, `passkey_service_unavailable`
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
  const { use } = await finish(
    parts,
    { purpose: 'reauth', credential, refused, refusal: (cause) => notVerified('sign_in_refused', cause) },
    () => verifiedOwn(parts, person, credential, tickets, termsOf(provenBefore)),
  );
  return { ...use, epoch: person.epoch };
}

function termsOf(provenBefore: boolean): Terms {
  return {
    purpose: 'reauth',
    provenBefore,
    isSecondFactor: false,
    offer: async (hanko, userId) => ({ options: await hanko.beginSignInOf(userId) }),
    send: (hanko, _userId, { credential }) => hanko.finishSignIn(credential),
    foreign: wrongAccount,
  };
}

/** The answer to a passkey that is somebody else's. */
export function wrongAccount(cause?: unknown): AppError {
  return new AppError('wrong_account', 'That passkey belongs to another account.', { cause });
}
