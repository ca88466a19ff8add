/** Passkey registration, start and finish, on purpose or as an automatic upgrade. Knows neither accounts nor the web. */
import { AppError } from '../errors.ts';
import { limits } from '../limits.ts';
import { type EventSource, type Logger, pseudonym } from '../logger.ts';
import { finish } from './ceremony-finish.ts';
import { type CeremonyParts, expectRelyingParty, type Person, type Start } from './ceremony-parts.ts';
import {
  acceptedAlgorithms,
  type CheckedRegistration,
  checkRegistration,
  readChallenge,
} from './gate/gate.ts';
import { alreadyRegistered } from './hanko/finish-failure.ts';
import type { CreationOptions, Hanko, ListedCredential } from './hanko/hanko.ts';
import { PasskeyApiRefusal } from './hanko/service-errors.ts';
import { nameFor, type Passkey } from './passkey.ts';
import { ordinary, type PasskeyRecord } from './record-store.ts';
import { judged, notVerified } from './refusals.ts';
import { issueTicket, type Ticket } from './tickets.ts';

/**
 * Where a person wants the passkey to be; without a wish the browser offers everything (WebAuthn Level 3, section
 * 5.8.7). The attachment says the same to browsers that do not know hints.
 */
const attachmentOf = {
  'security-key': 'cross-platform',
  hybrid: 'cross-platform',
  'client-device': 'platform',
} as const;

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

/** A passkey that the API has stored and that is still to be confirmed. */
export type Registered = Pick<Passkey, 'id' | 'name' | 'aaguid' | 'automatic'>;

/** What the ticket of a registration is bound to besides its challenge. */
function boundTo({ id, signInId, epoch }: Person) {
  return { userId: id, signInId, epoch };
}

/** The answer to whoever asks for an upgrade that was not offered to them, or is not wanted any more. */
export function upgradeNotAllowed(): AppError {
  return new AppError('upgrade_not_allowed', 'No passkey can be created automatically now.');
}

function started(
  { hanko, relyingParty, logger, observe }: CeremonyParts,
  person: Person,
  purpose: 'register' | 'upgrade',
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
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: purpose === 'upgrade' ? 'preferred' : 'required',
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

/**
 * Finish of a registration: ticket, gate, service, token, name. The user is the one who is signed in, never one that
 * the request names; whether it is an upgrade is what the ticket says. The passkey opens nothing until it is confirmed.
 *
 * @param credential the posted RegistrationResponseJSON, unparsed
 * @param tickets the tickets of this browser
 * @param device where it happens, such as "Chrome on macOS"
 * @throws {AppError} `challenge_expired`, `uv_required`, `registration_refused`, `already_registered`,
 *   `too_many_passkeys`, `upgrade_not_allowed`, `passkey_service_unavailable`
 */
export async function register(
  parts: CeremonyParts,
  person: Person,
  credential: unknown,
  tickets: readonly Ticket[],
  device: string,
  source: EventSource,
): Promise<Registered> {
  const challenge = readChallenge(credential);
  const unattended = tickets.some((ticket) => ticket.challenge === challenge && ticket.purpose === 'upgrade');
  const purpose = unattended ? 'upgrade' : 'register';
  const refused = refusedFacts(person, source);
  const posted = { credential, challenge, tickets, purpose, device } as const;
  const { passkey } = await finish(
    parts,
    { purpose, credential, refused, refusal: (cause) => notVerified('registration_refused', cause) },
    () => verifiedRegistration(parts, person, posted),
  );
  return { ...passkey, automatic: unattended };
}

/** What came with a finish, and where. */
type Posted = {
  credential: unknown;
  challenge: string | null;
  tickets: readonly Ticket[];
  purpose: 'register' | 'upgrade';
  device: string;
};

/** The steps of a finish, in their order. */
async function verifiedRegistration(
  parts: CeremonyParts,
  person: Person,
  { credential, challenge, tickets, purpose, device }: Posted,
) {
  const { hanko, tokens, ceremonies, relyingParty } = parts;
  const { id: rpId, origin } = relyingParty;
  const { id: userId } = person;
  const startedAt = Date.now();
  const unattended = purpose === 'upgrade';
  await ceremonies.redeem(tickets, { challenge, purpose, ...boundTo(person) });
  const expected = { challenge: challenge as string, origin, rpId, unattended };
  const checked = await checkRegistration(credential, expected);
  const { credentialId } = checked;
  const existing = await withRoomFor(hanko, userId, credentialId);
  await keepRecord(parts, userId, checked, unattended);
  const token = await storeAtApi(parts, userId, checked, unattended);
  const claims = await tokens.verify(token, { startedAt, credentialId, userId });
  return { claims, passkey: await named(parts, existing, credentialId, device) };
}

/** The passkeys that somebody has, counted again: many ceremonies may have been started while there was room for one. */
async function withRoomFor(hanko: Hanko, userId: string, credentialId: string): Promise<ListedCredential[]> {
  const existing = await hanko.list(userId);
  if (existing.length >= limits.passkeysOfAccount) throw tooMany();
  if (existing.some(({ id }) => id === credentialId)) throw alreadyRegistered(undefined);
  return existing;
}

/**
 * Keeps a record of the new passkey, before the API stores it: whatever breaks between the two, an automatic passkey must
 * not be taken for one whose user was verified, and a list of passkeys must not be taken for complete.
 */
async function keepRecord(
  { hanko, records }: CeremonyParts,
  userId: string,
  { credentialId, flags, discoverable }: CheckedRegistration,
  automatic: boolean,
): Promise<void> {
  const record: PasskeyRecord = {
    ...ordinary(credentialId, Date.now()),
    confirmed: false,
    automatic,
    userVerified: !automatic,
    discoverable,
    backup: flags,
  };
  if (await records.insert(userId, record)) return;
  // Left by an earlier attempt, or that of a passkey which exists.
  if ((await hanko.find(credentialId)) !== null) throw alreadyRegistered(undefined);
  await records.replace(userId, record);
}

/** @returns the API's token; when the API has certainly not stored the passkey, its record goes */
async function storeAtApi(
  { hanko, records }: CeremonyParts,
  userId: string,
  { credential, credentialId, counter }: CheckedRegistration,
  unattended: boolean,
): Promise<string> {
  try {
    return await hanko.finishRegistration(credential, { unattended, counter });
  } catch (error) {
    if (await isNotStored(hanko, error, userId, credentialId)) await records.abandon(userId, credentialId);
    throw error;
  }
}

/**
 * Of an answer that was lost one does not know what it was, nor of one that came from something before the service. And
 * what is registered already may be this very passkey, which the service has stored before it failed: without its record it
 * would open everything.
 */
async function isNotStored(
  hanko: Hanko,
  error: unknown,
  userId: string,
  credentialId: string,
): Promise<boolean> {
  if (error instanceof PasskeyApiRefusal) return true;
  if (!(error instanceof AppError)) return false;
  if (error.code !== 'already_registered')
    return error.cause instanceof PasskeyApiRefusal && error.cause.isOfCeremony && !error.cause.isBusy;
  const found = await hanko.find(credentialId).catch(() => null);
  return found !== null && found.user_id !== userId;
}

function tooMany(): AppError {
  return new AppError(
    'too_many_passkeys',
    `You have ${limits.passkeysOfAccount} passkeys. Delete one that you no longer use first.`,
  );
}

function refusedFacts({ id }: Person, source: EventSource) {
  return { event: 'passkey_registration_refused', user: pseudonym(id), ...source } as const;
}

/** Only what the gate accepts is offered, in our order of preference. */
function acceptedAmong({ pubKeyCredParams }: CreationOptions) {
  const offered = new Set(pubKeyCredParams.map(({ alg }) => alg));
  return acceptedAlgorithms.filter((alg) => offered.has(alg)).map((alg) => ({ type: 'public-key', alg }));
}

/** Gives a new passkey its name. It is registered by now: what fails here fails quietly. */
async function named(
  { hanko, logger }: { hanko: Hanko; logger: Logger },
  existing: readonly ListedCredential[],
  id: string,
  device: string,
): Promise<Pick<Passkey, 'id' | 'name' | 'aaguid'>> {
  const fallback = { id, name: nameFor(undefined, device, []), aaguid: '' };
  try {
    const created = await hanko.find(id);
    if (!created) return fallback;
    const taken = existing.map((item) => item.name ?? '');
    const name = nameFor(created.name, device, taken);
    if (name !== created.name) await hanko.rename(id, name);
    return { id, name, aaguid: created.aaguid };
  } catch (error) {
    logger.warn({ err: error }, 'a new passkey could not be named');
    return fallback;
  }
}
