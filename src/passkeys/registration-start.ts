/**
 * Starts of registrations: on purpose, as an automatic upgrade, or of a key that works only after the password. Knows neither
 * accounts nor the web.
 */
import { AppError } from '../errors.ts';
import { limits } from '../limits.ts';
import { type EventSource, pseudonym } from '../logger.ts';
import {
  boundTo,
  type CeremonyParts,
  expectRelyingParty,
  type Person,
  type Start,
} from './ceremony-parts.ts';
import { acceptedAlgorithms } from './gate/gate.ts';
import type { CreationOptions, ListedCredential } from './hanko/hanko.ts';
import { judged, notVerified } from './refusals.ts';
import { issueTicket } from './tickets.ts';

/**
 * Where a person wants the passkey to be; without a wish the browser offers everything (WebAuthn Level 3, section
 * 5.8.7). The attachment says the same to browsers that do not know hints.
 */
const attachmentOf = {
  'security-key': 'cross-platform',
  hybrid: 'cross-platform',
  'client-device': 'platform',
} as const;

/** What a new key is for. */
export type Purpose = 'register' | 'upgrade' | 'second factor registration';

export type PlaceHint = keyof typeof attachmentOf;
export const placeHints = Object.keys(attachmentOf) as [PlaceHint, ...PlaceHint[]];

/**
 * Start of a registration (WebAuthn Level 3, section 7.1 steps 1 to 3): the service's options, completed with what it
 * leaves out and tightened to what the gate demands; challenge, relying party and user handle stay as they are. The service
 * is not told what people are called.
 *
 * @throws {AppError} `passkey_service_unavailable`, `too_many_passkeys`
 */
export async function beginRegistration(
  parts: CeremonyParts,
  person: Person,
  place: PlaceHint | undefined,
  source: EventSource,
): Promise<Start> {
  const [offered, existing] = await Promise.all([
    parts.hanko.beginRegistration(person.id),
    parts.hanko.list(person.id),
  ]);
  return started(parts, person, 'register', offered, existing, place, source);
}

/**
 * Start of an automatic upgrade (conditional create: WebAuthn Level 3, section 5.1.3). The browser decides by itself
 * and shows no dialog, so neither presence nor verification can be asked for.
 *
 * @throws {AppError} `upgrade_not_allowed` when the service demands verification, which must not be loosened;
 *   `passkey_service_unavailable`, `too_many_passkeys`
 */
export async function beginUpgrade(
  parts: CeremonyParts,
  person: Person,
  source: EventSource,
): Promise<Start> {
  const [offered, existing] = await Promise.all([
    parts.hanko.beginUpgrade(person.id),
    parts.hanko.list(person.id),
  ]);
  if (offered.authenticatorSelection?.userVerification === 'required') throw upgradeNotAllowed();
  return started(parts, person, 'upgrade', offered, existing, undefined, source);
}

/**
 * Start of the registration of a key that works only after the password. Hanko offers no
 * choice for it, so its options are replaced here: any authenticator, no discoverable credential needed, user verification
 * preferred.
 *
 * @throws {AppError} `passkey_service_unavailable`, `too_many_passkeys`
 */
export async function beginSecondFactorRegistration(
  parts: CeremonyParts,
  person: Person,
  place: PlaceHint | undefined,
  source: EventSource,
): Promise<Start> {
  const [offered, existing] = await Promise.all([
    parts.hanko.beginSecondFactorRegistration(person.id),
    parts.hanko.list(person.id),
  ]);
  return started(parts, person, 'second factor registration', offered, existing, place, source);
}

/** The answer to whoever asks for an upgrade that was not offered to them, or is not wanted any more. */
export function upgradeNotAllowed(): AppError {
  return new AppError('upgrade_not_allowed', 'No passkey can be created automatically now.');
}

function started(
  { hanko, relyingParty, logger, observe }: CeremonyParts,
  person: Person,
  purpose: Purpose,
  offered: CreationOptions,
  existing: readonly ListedCredential[],
  place: PlaceHint | undefined,
  source: EventSource,
): Start {
  if (existing.length >= limits.passkeysOfAccount)
    throw judged(tooMany(), logger, refusedFacts(person, source), () => notVerified('registration_refused'));
  expectRelyingParty({ hanko, relyingParty }, offered.rp.id);
  const { ticket, expiresIn } = issueTicket(
    { challenge: offered.challenge, purpose, ...boundTo(person) },
    offered.timeout,
  );
  const publicKey = {
    rp: offered.rp,
    user: { id: offered.user.id, name: person.email, displayName: person.email },
    challenge: offered.challenge,
    pubKeyCredParams: acceptedAmong(offered),
    timeout: expiresIn * 1000,
    excludeCredentials: existing.map(({ id }) => ({ type: 'public-key', id })),
    authenticatorSelection: {
      ...selectionFor(purpose, offered),
      ...(place ? { authenticatorAttachment: attachmentOf[place] } : {}),
    },
    ...(place ? { hints: [place] } : {}),
    attestation: 'none',
    extensions: { credProps: true },
  };
  const options = { publicKey };
  observe({ stage: 'start', purpose, options });
  return { options, ticket, expiresIn };
}

/** The answer to whoever has as many passkeys as there may be. */
export function tooMany(): AppError {
  return new AppError(
    'too_many_passkeys',
    `You have ${limits.passkeysOfAccount} passkeys. Delete one that you no longer use first.`,
  );
}

/** What the log is told of a registration that was refused. */
export function refusedFacts({ id }: Person, source: EventSource) {
  return { event: 'passkey_registration_refused', user: pseudonym(id), ...source } as const;
}

/** Only what the gate accepts is offered, in our order of preference. */
function acceptedAmong({ pubKeyCredParams }: CreationOptions) {
  const offered = new Set(pubKeyCredParams.map(({ alg }) => alg));
  return acceptedAlgorithms.filter((alg) => offered.has(alg)).map((alg) => ({ type: 'public-key', alg }));
}

/** What is asked of the authenticator: of a passkey that it signs in alone, of a second factor only that it is there. */
function selectionFor(purpose: Purpose, { authenticatorSelection }: CreationOptions) {
  const isStrict = authenticatorSelection?.userVerification === 'required';
  if (purpose === 'second factor registration')
    return {
      residentKey: 'discouraged',
      requireResidentKey: false,
      userVerification: isStrict ? 'required' : 'preferred',
    };
  const userVerification = purpose === 'upgrade' ? 'preferred' : 'required';
  return { residentKey: 'required', requireResidentKey: true, userVerification };
}
