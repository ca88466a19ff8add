/** Passkey registration, start and finish. Knows neither accounts nor the web. */
import { AppError } from '../errors.ts';
import { type Logger, logEvent, pseudonym } from '../logger.ts';
import { issueTicket, type Ticket } from './ceremony.ts';
import { type CeremonyParts, expectRelyingParty, type Start } from './ceremony-parts.ts';
import { acceptedAlgorithms, checkRegistration, readChallenge } from './gate.ts';
import type { CreationOptions, Hanko } from './hanko.ts';
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
 * @throws {AppError} `passkey_service_unavailable`; `registration_refused` when there are too many passkeys
 */
export async function beginRegistration(
  { hanko, relyingParty }: CeremonyParts,
  user: Registrant,
): Promise<Start> {
  const [offered, existing] = await Promise.all([
    hanko.beginRegistration(user.id, user.email),
    hanko.list(user.id),
  ]);
  if (existing.length >= mostPasskeys) {
    throw new AppError(
      'registration_refused',
      'You have too many passkeys. Delete one that you no longer use first.',
    );
  }
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
 *   `passkey_service_unavailable`
 */
export async function register(
  { hanko, tokens, ceremonies, relyingParty, logger }: CeremonyParts,
  user: Registrant,
  credential: unknown,
  tickets: readonly Ticket[],
  device: string,
): Promise<Passkey> {
  const startedAt = Date.now();
  const challenge = readChallenge(credential);
  await ceremonies.redeem(tickets, {
    challenge,
    purpose: 'register',
    userId: user.id,
    signInId: user.signInId,
  });
  try {
    const expected = { challenge: challenge as string, origin: relyingParty.origin, rpId: relyingParty.id };
    const checked = await checkRegistration(credential, expected);
    const token = await hanko.finishRegistration(checked.credential);
    await tokens.verify(token, { startedAt, credentialId: checked.credentialId, userId: user.id });
    const passkey = await named(hanko, logger, user.id, checked.credentialId, device);
    logEvent(logger, 'passkey_registered', {
      outcome: 'success',
      user: pseudonym(user.id),
      credential: pseudonym(passkey.id),
    });
    return passkey;
  } catch (error) {
    throw judged(
      error,
      logger,
      'passkey_registration_refused',
      pseudonym(user.id),
      () => new AppError('registration_refused', 'That passkey could not be verified.', { cause: error }),
    );
  }
}

/** Only what the gate accepts is offered, in our order of preference. */
function acceptedAmong({ pubKeyCredParams }: CreationOptions) {
  const offered = new Set(pubKeyCredParams.map(({ alg }) => alg));
  return acceptedAlgorithms.filter((alg) => offered.has(alg)).map((alg) => ({ type: 'public-key', alg }));
}

/** Gives a new passkey its name. It is registered by now: what fails here fails quietly. */
async function named(
  hanko: Hanko,
  logger: Logger,
  userId: string,
  id: string,
  device: string,
): Promise<Passkey> {
  const fallback = { id, name: nameFor(undefined, device, []), createdAt: new Date(), lastUsedAt: null };
  try {
    const all = await hanko.list(userId);
    const created = all.find((item) => item.id === id);
    if (!created) return fallback;
    const taken = all.filter((item) => item.id !== id).map((item) => item.name ?? '');
    const name = nameFor(created.name, device, taken);
    if (name !== created.name) await hanko.rename(id, name);
    return { ...toPasskey(created), name };
  } catch (error) {
    logger.warn({ err: error }, 'a new passkey could not be named');
    return fallback;
  }
}
