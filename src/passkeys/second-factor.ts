/**
 * The second factor: whoever has passed the first step of a sign-in shows one of their own passkeys as well. Knows neither
 * accounts nor the web; opens no session.
 */
import { type EventSource, pseudonym } from '../logger.ts';
import { finish } from './ceremony-finish.ts';
import type { CeremonyParts, Person, Start } from './ceremony-parts.ts';
import { GateRefusal } from './gate/gate.ts';
import { askForOwn, type Terms, verifiedOwn } from './own-passkey.ts';
import { notVerified } from './refusals.ts';
import type { Ticket } from './tickets.ts';
import type { VerifiedUse } from './use.ts';

/**
 * Start of the second step: options that name the person's own passkeys, and the keys that work only after the password.
 * One that was created automatically is not among them until it has stood beside another proof.
 *
 * @param person `signInId` is that of the sign-in which waits for this step
 * @throws {AppError} `not_found` when there is none; `passkey_service_unavailable`
 */
export function beginSecondFactor(parts: CeremonyParts, person: Person): Promise<Start> {
  return askForOwn(parts, person, terms);
}

/**
 * Finish of the second step: ticket, gate, service, token, for this person and nobody else. Changes nothing. The user need
 * only have been present, unless the service asks for more.
 *
 * @param credential the posted AuthenticationResponseJSON, unparsed
 * @param tickets the tickets of this browser
 * @throws {AppError} `challenge_expired`, `uv_required`, `credential_unknown`, `passkey_service_unavailable`, and
 *   `sign_in_refused` for everything else, somebody else's passkey as well
 */
export async function secondFactor(
  parts: CeremonyParts,
  person: Person,
  credential: unknown,
  tickets: readonly Ticket[],
  source: EventSource,
): Promise<VerifiedUse> {
  const { purpose } = terms;
  const refused = { event: 'second_factor_refused', user: pseudonym(person.id), ...source } as const;
  const { use } = await finish(
    parts,
    { purpose, credential, refused, refusal: (cause) => notVerified('sign_in_refused', cause) },
    () => verifiedOwn(parts, person, credential, tickets, terms),
  );
  return use;
}

const terms: Terms = {
  purpose: 'second factor',
  provenBefore: false,
  isSecondFactor: true,
  offer: async (hanko, userId) => ({ options: await hanko.beginSecondFactor(userId) }),
  send: (hanko, userId, { credential, flags }) =>
    hanko.finishSecondFactor(userId, credential, { unverified: !flags.userVerified }),
  foreign: () => new GateRefusal('the passkey belongs to another account'),
};
