/**
 * The passkeys of people: the four services of the two ceremonies, list, rename, remove. Every call is scoped to a
 * user by our own check, because the service scopes only to the tenant. Knows neither accounts nor the web.
 */
import type { Database } from '../db/database.ts';
import { AppError } from '../errors.ts';
import { type EventSource, type Logger, logEvent, pseudonym } from '../logger.ts';
import { createCeremonies, type Ticket } from './ceremony.ts';
import type { RelyingParty } from './ceremony-parts.ts';
import { createHanko, type Hanko } from './hanko.ts';
import { type Passkey, toPasskey } from './passkey.ts';
import { beginRegistration, type Registrant, register } from './registration.ts';
import { beginSignIn, identify } from './sign-in.ts';
import { createTokenVerifier } from './token.ts';
import type { PasskeyTransport } from './transport.ts';

export type Passkeys = ReturnType<typeof createPasskeys>;

type Dependencies = { db: Database; transport: PasskeyTransport; relyingParty: RelyingParty; logger: Logger };

/**
 * Everything that can be done with passkeys, over one service and one database. What acts, and may be refused, takes
 * last where the request came from, for the log.
 */
export function createPasskeys({ db, transport, relyingParty, logger }: Dependencies) {
  const hanko = createHanko(transport, logger);
  const tokens = createTokenVerifier(transport, hanko.jwksUrl, relyingParty.id);
  const ceremonies = createCeremonies(db);
  const parts = { hanko, tokens, ceremonies, relyingParty, logger };

  return {
    beginRegistration: (user: Registrant, source: EventSource) => beginRegistration(parts, user, source),
    register: (
      user: Registrant,
      credential: unknown,
      tickets: readonly Ticket[],
      device: string,
      source: EventSource,
    ) => register(parts, user, credential, tickets, device, source),
    beginSignIn: () => beginSignIn(parts),
    identify: (credential: unknown, tickets: readonly Ticket[], source: EventSource) =>
      identify(parts, credential, tickets, source),

    /**
     * The passkeys of a user, newest first; empty when there is none.
     *
     * @throws {AppError} `passkey_service_unavailable`
     */
    listFor: async (userId: string): Promise<Passkey[]> => (await listed(hanko, userId)).map(toPasskey),

    /** One passkey of this user. @throws {AppError} `not_found` when it is not there or not theirs; `passkey_service_unavailable` */
    find: (userId: string, id: string) => owned(hanko, userId, id),

    /** @throws {AppError} `not_found`, `passkey_service_unavailable` */
    rename: async (userId: string, id: string, name: string, source: EventSource): Promise<void> => {
      await owned(hanko, userId, id);
      // Somebody else may delete it between our look and our act.
      if (!(await hanko.rename(id, name))) throw notFound();
      logEvent(logger, 'passkey_renamed', changed(userId, id, source));
    },

    /** @throws {AppError} `not_found`, `passkey_service_unavailable` */
    remove: async (userId: string, id: string, source: EventSource): Promise<void> => {
      await owned(hanko, userId, id);
      if (!(await hanko.remove(id))) throw notFound();
      logEvent(logger, 'passkey_removed', changed(userId, id, source));
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

function changed(userId: string, id: string, source: EventSource) {
  return { outcome: 'changed', user: pseudonym(userId), credential: pseudonym(id), ...source } as const;
}

function notFound(): AppError {
  return new AppError('not_found', 'There is no such passkey.');
}
