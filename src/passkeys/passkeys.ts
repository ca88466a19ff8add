/**
 * The passkeys of people: the four services of the two ceremonies, list, rename, remove. Every call is scoped to a
 * user by our own check, because the service scopes only to the tenant. Knows neither accounts nor the web.
 */
import type { Database } from '../db/database.ts';
import { AppError } from '../errors.ts';
import { type Logger, logEvent, pseudonym } from '../logger.ts';
import { createCeremonies, type Ticket } from './ceremony.ts';
import type { RelyingParty } from './ceremony-parts.ts';
import { createHanko, type Hanko } from './hanko.ts';
import { type Passkey, toPasskey } from './passkey.ts';
import { beginRegistration, type Registrant, register } from './registration.ts';
import { PasskeyApiRefusal } from './service-errors.ts';
import { beginSignIn, identify } from './sign-in.ts';
import { createTokenVerifier } from './token.ts';
import type { PasskeyTransport } from './transport.ts';

export type Passkeys = ReturnType<typeof createPasskeys>;

type Dependencies = { db: Database; transport: PasskeyTransport; relyingParty: RelyingParty; logger: Logger };

export function createPasskeys({ db, transport, relyingParty, logger }: Dependencies) {
  const hanko = createHanko(transport, logger);
  const tokens = createTokenVerifier(transport, hanko.jwksUrl, relyingParty.id);
  const ceremonies = createCeremonies(db);
  const parts = { hanko, tokens, ceremonies, relyingParty, logger };

  return {
    beginRegistration: (user: Registrant) => beginRegistration(parts, user),
    register: (user: Registrant, credential: unknown, tickets: readonly Ticket[], device: string) =>
      register(parts, user, credential, tickets, device),
    beginSignIn: () => beginSignIn(parts),
    identify: (credential: unknown, tickets: readonly Ticket[]) => identify(parts, credential, tickets),

    /**
     * The passkeys of a user, newest first; empty when there is none.
     *
     * @throws {AppError} `passkey_service_unavailable`
     */
    listFor: async (userId: string): Promise<Passkey[]> => (await listed(hanko, userId)).map(toPasskey),

    /** One passkey of this user. @throws {AppError} `not_found` when it is not there or not theirs; `passkey_service_unavailable` */
    find: (userId: string, id: string) => owned(hanko, userId, id),

    /** @throws {AppError} `not_found`, `passkey_service_unavailable` */
    rename: async (userId: string, id: string, name: string): Promise<void> => {
      await owned(hanko, userId, id);
      await gone(() => hanko.rename(id, name));
      logEvent(logger, 'passkey_renamed', {
        outcome: 'changed',
        user: pseudonym(userId),
        credential: pseudonym(id),
      });
    },

    /** @throws {AppError} `not_found`, `passkey_service_unavailable` */
    remove: async (userId: string, id: string): Promise<void> => {
      await owned(hanko, userId, id);
      await gone(() => hanko.remove(id));
      logEvent(logger, 'passkey_removed', {
        outcome: 'changed',
        user: pseudonym(userId),
        credential: pseudonym(id),
      });
    },

    /** Whether the service answers now. Never throws. */
    isAvailable: hanko.isAvailable,

    /** Removes what expired ceremonies left. */
    sweep: ceremonies.sweep,
  };
}

/** Second-factor keys are no passkeys: they cannot sign anybody in. */
async function listed(hanko: Hanko, userId: string) {
  return (await hanko.list(userId)).filter((item) => !item.is_mfa);
}

/** Not there and not theirs are the same answer. */
async function owned(hanko: Hanko, userId: string, id: string): Promise<Passkey> {
  const found = await hanko.find(id);
  if (!found || found.user_id !== userId || found.id !== id) throw notFound();
  return toPasskey(found);
}

/** Somebody else may delete it between our look and our act. */
async function gone(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (error instanceof PasskeyApiRefusal && error.status === 404) throw notFound(error);
    throw error;
  }
}

function notFound(cause?: unknown): AppError {
  return new AppError('not_found', 'There is no such passkey.', { cause });
}
