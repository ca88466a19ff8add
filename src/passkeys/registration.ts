/** Finishes of registrations: a passkey, or a key that works only after the password. Knows neither accounts nor the web. */
import { AppError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { EventSource, Logger } from '../logger.ts';
import { finish } from './ceremony-finish.ts';
import { boundTo, type CeremonyParts, type Person } from './ceremony-parts.ts';
import { type CheckedRegistration, checkRegistration, readChallenge } from './gate/gate.ts';
import { alreadyRegistered } from './hanko/finish-failure.ts';
import type { Hanko, ListedCredential } from './hanko/hanko.ts';
import { PasskeyApiRefusal } from './hanko/service-errors.ts';
import { nameFor, type Passkey } from './passkey.ts';
import { ordinary, type PasskeyRecord } from './record-store.ts';
import { notVerified } from './refusals.ts';
import { type Purpose, refusedFacts, tooMany } from './registration-start.ts';
import type { Ticket } from './tickets.ts';

/** A passkey that the API has stored and that is still to be confirmed. */
export type Registered = Pick<Passkey, 'id' | 'name' | 'aaguid' | 'automatic'>;

/**
 * Finish of a registration: ticket, gate, service, token, name. The user is the one who is signed in, never one that
 * the request names; whether it is an upgrade is what the ticket says. The passkey opens nothing until it is confirmed.
 *
 * @param credential the posted RegistrationResponseJSON, unparsed
 * @param tickets the tickets of this browser
 * @param device where it happens, such as "Chrome on macOS"
 * @throws {AppError} `challenge_expired`, `uv_required`, `registration_refused`, `already_registered`,
 *   `too_many_passkeys`, `passkey_service_unavailable`
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
  return finished(parts, person, { credential, challenge, tickets, purpose, device }, source);
}

/**
 * Finish of the registration of a key that works only after the password; as {@link register}, but its user need not have
 * been verified.
 *
 * @throws {AppError} as {@link register}
 */
export function registerSecondFactor(
  parts: CeremonyParts,
  person: Person,
  credential: unknown,
  tickets: readonly Ticket[],
  device: string,
  source: EventSource,
): Promise<Registered> {
  const purpose = 'second factor registration';
  const challenge = readChallenge(credential);
  return finished(parts, person, { credential, challenge, tickets, purpose, device }, source);
}

async function finished(
  parts: CeremonyParts,
  person: Person,
  posted: Posted,
  source: EventSource,
): Promise<Registered> {
  const { purpose, credential } = posted;
  const refused = refusedFacts(person, source);
  const { passkey } = await finish(
    parts,
    { purpose, credential, refused, refusal: (cause) => notVerified('registration_refused', cause) },
    () => verifiedRegistration(parts, person, posted),
  );
  return { ...passkey, automatic: purpose === 'upgrade' };
}

/** What came with a finish, and where. */
type Posted = {
  credential: unknown;
  challenge: string | null;
  tickets: readonly Ticket[];
  purpose: Purpose;
  device: string;
};

/** The steps of a finish, in their order. */
async function verifiedRegistration(
  parts: CeremonyParts,
  person: Person,
  { credential, challenge: presented, tickets, purpose, device }: Posted,
) {
  const { hanko, tokens, ceremonies, relyingParty } = parts;
  const { id: rpId, origin } = relyingParty;
  const { id: userId } = person;
  const startedAt = Date.now();
  const bound = { challenge: presented, purpose, ...boundTo(person) };
  const { challenge } = await ceremonies.redeem(tickets, bound);
  const expected = {
    challenge,
    origin,
    rpId,
    unattended: purpose === 'upgrade',
    presenceIsEnough: purpose === 'second factor registration',
  };
  const checked = await checkRegistration(credential, expected);
  const { credentialId } = checked;
  const existing = await withRoomFor(hanko, userId, credentialId);
  await keepRecord(parts, userId, checked, purpose);
  const token = await storeAtApi(parts, userId, checked, purpose);
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
 * not be taken for one that counts as a proof, and a list of passkeys must not be taken for complete.
 */
async function keepRecord(
  { hanko, records }: CeremonyParts,
  userId: string,
  { credentialId, flags, discoverable }: CheckedRegistration,
  purpose: Purpose,
): Promise<void> {
  const automatic = purpose === 'upgrade';
  const record: PasskeyRecord = {
    ...ordinary(credentialId, Date.now()),
    confirmed: false,
    automatic,
    vouched: !automatic,
    discoverable: purpose === 'second factor registration' ? false : discoverable,
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
  { credential, credentialId, counter, flags }: CheckedRegistration,
  purpose: Purpose,
): Promise<string> {
  try {
    if (purpose !== 'second factor registration')
      return await hanko.finishRegistration(credential, { unattended: purpose === 'upgrade', counter });
    const facts = { unverified: !flags.userVerified, counter };
    return await hanko.finishSecondFactorRegistration(userId, credential, facts);
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
