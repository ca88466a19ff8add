/** Passkey registration, start and finish. Knows neither accounts nor the web. */
import { AppError } from '../errors.ts';
import { type EventSource, type Logger, logEvent, pseudonym } from '../logger.ts';
import { issueTicket, type Ticket } from './ceremony.ts';
import { type CeremonyParts, expectRelyingParty, type Start } from './ceremony-parts.ts';
import { acceptedAlgorithms, checkRegistration, readChallenge } from './gate.ts';
import type { CreationOptions, Hanko, ListedCredential } from './hanko.ts';
import { nameFor, type Passkey, toPasskey } from './passkey.ts';
import { judged } from './refusals.ts';

/** More than anybody has, few enough to list and to exclude. */
const mostPasskeys = 100;

/** The person who registers, and the sign-in in which they do. */
export type Registrant = { id: string; email: string; signInId: string };

/**
 * Start of a registration (WebAuthn Level 3, section 7.1 steps 1 to 3): the service's options, completed with what it
 * leaves out and tightened to what the gate demands; challenge, relying party and user stay as they are.
 *
 * @throws {AppError} `passkey_service_unavailable`, `too_many_passkeys`
 */
export async function beginRegistration(
  { hanko, relyingParty, logger }: CeremonyParts,
  user: Registrant,
  source: EventSource,
): Promise<Start> {
  const [offered, existing] = await Promise.all([
    hanko.beginRegistration(user.id, user.email),
    hanko.list(user.id),
  ]);
  if (existing.length >= mostPasskeys) throw refused(tooMany(), logger, user, source);
  expectRelyingParty(offered.rp.id, relyingParty);
  const { ticket, expiresIn } = issueTicket(
    { challenge: offered.challenge, purpose: 'register', userId: user.id, signInId: user.signInId },
    offered.timeout,
  );
  const publicKey = {
    rp: offered.rp,
    user: offered.user,
    challenge: offered.challenge,
    pubKeyCredParams: acceptedAmong(offered),
    timeout: expiresIn * 1000,
    excludeCredentials: existing.map(({ id }) => ({ type: 'public-key', id })),
    authenticatorSelection: {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'required',
    },
    attestation: 'none',
    extensions: { credProps: true },
  };
  return { options: { publicKey }, ticket, expiresIn };
}

/**
 * Finish of a registration: ticket, gate, service, token, name. The user is the one who is signed in, never one that
 * the request names.
 *
 * @param credential the posted RegistrationResponseJSON, unparsed
 * @param tickets the tickets of this browser
 * @param device where it happens, such as "Chrome on macOS"
 * @throws {AppError} `challenge_expired`, `uv_required`, `registration_refused`, `already_registered`,
 *   `too_many_passkeys`, `passkey_service_unavailable`
 */
export async function register(
  { hanko, tokens, ceremonies, relyingParty, logger }: CeremonyParts,
  user: Registrant,
  credential: unknown,
  tickets: readonly Ticket[],
  device: string,
  source: EventSource,
): Promise<Passkey> {
  const startedAt = Date.now();
  const challenge = readChallenge(credential);
  try {
    await ceremonies.redeem(tickets, {
      challenge,
      purpose: 'register',
      userId: user.id,
      signInId: user.signInId,
    });
    const expected = { challenge: challenge as string, origin: relyingParty.origin, rpId: relyingParty.id };
    const checked = await checkRegistration(credential, expected);
    // Counted again: many ceremonies may have been started while there was room for one.
    const existing = await hanko.list(user.id);
    if (existing.length >= mostPasskeys) throw tooMany();
    const token = await hanko.finishRegistration(checked.credential);
    await tokens.verify(token, { startedAt, credentialId: checked.credentialId, userId: user.id });
    const passkey = await named({ hanko, logger }, existing, checked.credentialId, device);
    logEvent(logger, 'passkey_registered', {
      outcome: 'success',
      user: pseudonym(user.id),
      credential: pseudonym(passkey.id),
      ...source,
    });
    return passkey;
  } catch (error) {
    throw refused(error, logger, user, source);
  }
}

function tooMany(): AppError {
  return new AppError(
    'too_many_passkeys',
    `You have ${mostPasskeys} passkeys. Delete one that you no longer use first.`,
  );
}

function refused(error: unknown, logger: Logger, { id }: Registrant, source: EventSource): unknown {
  const facts = { event: 'passkey_registration_refused', user: pseudonym(id), ...source } as const;
  return judged(
    error,
    logger,
    facts,
    () => new AppError('registration_refused', 'That passkey could not be verified.', { cause: error }),
  );
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
): Promise<Passkey> {
  const fallback = { id, name: nameFor(undefined, device, []), createdAt: new Date(), lastUsedAt: null };
  try {
    const created = await hanko.find(id);
    if (!created) return fallback;
    const taken = existing.map((item) => item.name ?? '');
    const name = nameFor(created.name, device, taken);
    if (name !== created.name) await hanko.rename(id, name);
    return { ...toPasskey(created), name };
  } catch (error) {
    logger.warn({ err: error }, 'a new passkey could not be named');
    return fallback;
  }
}
