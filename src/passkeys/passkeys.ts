/**
 * The passkeys of people: the services of the ceremonies, list, rename, remove. Every call is scoped to a user by our
 * own check, because the service scopes only to the tenant. Knows neither accounts nor the web.
 */
import type { Database } from '../db/database.ts';
import type { EventSource, Logger } from '../logger.ts';
import { createCeremonies, type Ticket } from './ceremony.ts';
import type { Person, RelyingParty } from './ceremony-parts.ts';
import { createErasures } from './erasures.ts';
import { createHanko } from './hanko.ts';
import { createKeyring } from './keyring.ts';
import type { CeremonyObserver } from './observer.ts';
import { createRecordStore } from './record-store.ts';
import {
  beginRegistration,
  beginUpgrade,
  type PlaceHint,
  register,
  upgradeNotAllowed,
} from './registration.ts';
import { createRemovalStore } from './removal-store.ts';
import { beginSignIn, type Identity, identify } from './sign-in.ts';
import { beginStepUp, stepUp } from './step-up.ts';
import { createTokenVerifier } from './token.ts';
import type { PasskeyTransport } from './transport.ts';
import { noteUse } from './use.ts';

export type { Person } from './ceremony-parts.ts';
export { type PlaceHint, placeHints } from './registration.ts';
export { isLockedOut, type OtherWays, type WaysIn, waysIn } from './ways-in.ts';

export type Passkeys = ReturnType<typeof createPasskeys>;

type Dependencies = {
  db: Database;
  transport: PasskeyTransport;
  relyingParty: RelyingParty;
  logger: Logger;
  /** Whether this back end takes what an automatic upgrade makes. */
  automaticUpgrade?: boolean;
  observe?: CeremonyObserver;
};

/**
 * Everything that can be done with passkeys, over one service and one database. What acts, and may be refused, takes
 * last where the request came from, for the log.
 */
export function createPasskeys({
  db,
  transport,
  relyingParty,
  logger,
  automaticUpgrade = false,
  observe = () => {},
}: Dependencies) {
  const service = createHanko(transport, logger);
  const records = createRecordStore(db);
  const removals = createRemovalStore(db);
  const erasures = createErasures({ db, hanko: service, records, logger });
  const hanko = erasures.hiding();
  const tokens = createTokenVerifier(transport, hanko.jwksUrl, relyingParty.id);
  const ceremonies = createCeremonies(db);
  const parts = { hanko, tokens, ceremonies, records, erasures, relyingParty, logger, observe };

  return {
    ...createKeyring({ hanko, records, removals, logger }),

    beginRegistration: (person: Person, place: PlaceHint | undefined, source: EventSource) =>
      beginRegistration(parts, person, place, source),

    /** Whether this back end takes what an automatic upgrade makes. */
    upgrades: automaticUpgrade,

    /**
     * The start of an automatic upgrade, once for each sign-in.
     *
     * @param until milliseconds since 1970: when the permission of this sign-in ends
     * @throws {AppError} `upgrade_not_allowed` and what a registration throws
     */
    beginUpgrade: async (person: Person, until: number, source: EventSource) => {
      const allowed = automaticUpgrade && until > Date.now();
      if (!allowed || !(await ceremonies.spendOnce(`upgrade ${person.signInId}`, until)))
        throw upgradeNotAllowed();
      return beginUpgrade(parts, person, source);
    },

    register: (
      person: Person,
      credential: unknown,
      tickets: readonly Ticket[],
      device: string,
      wantsUpgrade: () => Promise<boolean>,
      source: EventSource,
    ) => register(parts, person, credential, tickets, device, wantsUpgrade, source),

    beginSignIn: () => beginSignIn(parts),
    identify: (credential: unknown, tickets: readonly Ticket[], source: EventSource) =>
      identify(parts, credential, tickets, source),

    /**
     * Notes that a passkey has signed its owner in.
     *
     * @param device where, such as "Chrome on macOS"
     */
    noteSignIn: (identity: Identity, device: string, source: EventSource): Promise<void> =>
      noteUse(parts, identity, device, source),

    /** Whether a passkey is being deleted or disowned, or was a moment ago: then nothing may begin with it. */
    isGoing: async (userId: string, credentialId: string): Promise<boolean> =>
      (await removals.isGoing(userId, credentialId)) ||
      // What waits is noted as removed before it waits no more.
      (await erasures.isWaiting(userId, credentialId)) ||
      records.isRemoved(userId, credentialId),

    /** In the caller's transaction: from its end on no passkey of this user opens anything. */
    noteErasure: async (userId: string, trx: Database): Promise<void> => {
      await erasures.note(userId, null, trx);
      await createRecordStore(trx).removeAllOf(userId);
      await createRemovalStore(trx).forgetAllOf(userId);
    },

    /** From now on this passkey opens nothing, whether or not the service answers. */
    disown: (userId: string, credentialId: string): Promise<void> => erasures.note(userId, credentialId),

    /** The same for every passkey that was added to an account since then: by whom is not known. */
    disownSince: async (userId: string, since: Date): Promise<void> => {
      for (const { credentialId, createdAt } of await records.listFor(userId))
        if (createdAt >= since.getTime()) await erasures.note(userId, credentialId);
    },

    /** Tells the service of what was noted about this user; what fails is done later, by `sweep`. */
    erase: (userId: string): Promise<void> => erasures.run(userId),

    beginStepUp: (person: Person, provenBefore: boolean) => beginStepUp(parts, person, provenBefore),
    stepUp: (
      person: Person,
      credential: unknown,
      tickets: readonly Ticket[],
      provenBefore: boolean,
      device: string,
      source: EventSource,
    ) => stepUp(parts, person, credential, tickets, provenBefore, device, source),

    /** From now on this passkey counts as a proof: another one was given in a sign-in that it began. */
    vouchFor: records.vouch,

    /** Whether the service answers now. Never throws. */
    isAvailable: hanko.isAvailable,

    /** Removes what expired ceremonies and deleted passkeys left. */
    sweep: async () => {
      await Promise.all([ceremonies.sweep(), records.sweep(), removals.sweep(), erasures.run()]);
    },
  };
}
