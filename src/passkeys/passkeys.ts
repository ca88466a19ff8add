/**
 * The passkeys of people: the ceremonies, and what they hold. Every call is scoped to a user by our own check, because
 * the API scopes only to the tenant. Knows neither accounts nor the web.
 */
import type { Database } from '../db/database.ts';
import { sweepInTurn } from '../db/sweep.ts';
import { type EventSource, type Logger, pseudonym } from '../logger.ts';
import type { Person, RelyingParty } from './ceremony-parts.ts';
import { beginConfirmation, type ConfirmationTerms, confirmAct, type SignedAct } from './confirmation.ts';
import { createHanko } from './hanko/hanko.ts';
import { createSetupWatch } from './hanko/setup.ts';
import { createTokenVerifier } from './hanko/token.ts';
import type { PasskeyTransport } from './hanko/transport.ts';
import { createManagement } from './management.ts';
import type { CeremonyObserver } from './observer.ts';
import type { Passkey } from './passkey.ts';
import { hidingGone, readPasskeyState } from './passkey-state.ts';
import { createPendingDeletions, deleteAtApi } from './pending-deletions.ts';
import { createRecordStore, ordinary } from './record-store.ts';
import { register, registerSecondFactor } from './registration.ts';
import {
  beginRegistration,
  beginSecondFactorRegistration,
  beginUpgrade,
  type PlaceHint,
  upgradeNotAllowed,
} from './registration-start.ts';
import { beginSecondFactor, secondFactor } from './second-factor.ts';
import { beginSignIn, identify } from './sign-in.ts';
import { createSignedActStore } from './signed-act-store.ts';
import { type KeptRecord, timeOf, verifiedOrigin } from './signed-record.ts';
import { beginStepUp, stepUp } from './step-up.ts';
import { createCeremonies, type Ticket } from './tickets.ts';
import { noteUse, opensSomething, type VerifiedUse } from './use.ts';

export type { Person } from './ceremony-parts.ts';
export type { ActData, SignedAct } from './confirmation.ts';
export { noSuchPasskey } from './management.ts';
export { actChanged, notVerified } from './refusals.ts';
export type { Registered } from './registration.ts';
export { type PlaceHint, placeHints, upgradeNotAllowed } from './registration-start.ts';
export type { Identity } from './sign-in.ts';
export { digestOf, type KeptRecord } from './signed-record.ts';
export type { StepUpProof } from './step-up.ts';
export { expired } from './tickets.ts';
export type { VerifiedUse } from './use.ts';
export { codesWouldDo, isLockedOut, type OtherWays, otherWays, type WaysIn, waysIn } from './ways-in.ts';

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
 * Everything that can be done with passkeys, over one API and one database. What takes a transaction writes in the
 * caller's; what may be refused takes last where the request came from, for the log.
 */
export function createPasskeys({
  db,
  transport,
  relyingParty,
  logger,
  automaticUpgrade = false,
  observe = () => {},
}: Dependencies) {
  const api = createHanko(transport, logger);
  const records = createRecordStore(db);
  const deletions = createPendingDeletions(db);
  const signedActs = createSignedActStore(db);
  const hanko = hidingGone(api, db);
  const isSetUp = transport.isRemote ? createSetupWatch(api, relyingParty) : async () => true;
  const tokens = createTokenVerifier(transport, hanko.jwksUrl, relyingParty.id);
  const ceremonies = createCeremonies(db);
  const readHere = (userId: string, credentialId?: string) => readPasskeyState(db, userId, credentialId);
  let toldUpTo = '';
  const parts = {
    hanko,
    readPasskeyState: readHere,
    tokens,
    ceremonies,
    records,
    relyingParty,
    logger,
    observe,
  };

  return {
    ...createManagement({ api, readPasskeyState: readHere }),

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
      if (!allowed || !(await ceremonies.consume(`upgrade ${person.signInId}`, until)))
        throw upgradeNotAllowed();
      return beginUpgrade(parts, person, source);
    },

    register: (
      person: Person,
      credential: unknown,
      tickets: readonly Ticket[],
      device: string,
      source: EventSource,
    ) => register(parts, person, credential, tickets, device, source),

    beginSignIn: () => beginSignIn(parts),

    /** @param epochOf the epoch of an account before its passkey is looked at; null when there is none */
    identify: (
      credential: unknown,
      tickets: readonly Ticket[],
      epochOf: (userId: string) => Promise<number | null>,
      source: EventSource,
    ) => identify(parts, credential, tickets, epochOf, source),

    beginStepUp: (person: Person, provenBefore: boolean) => beginStepUp(parts, person, provenBefore),
    stepUp: (
      person: Person,
      credential: unknown,
      tickets: readonly Ticket[],
      provenBefore: boolean,
      source: EventSource,
    ) => stepUp(parts, person, credential, tickets, provenBefore, source),

    /** @param person `signInId` is that of the sign-in which waits for its second step; as in the finish */
    beginSecondFactor: (person: Person) => beginSecondFactor(parts, person),
    secondFactor: (person: Person, credential: unknown, tickets: readonly Ticket[], source: EventSource) =>
      secondFactor(parts, person, credential, tickets, source),

    /** Of a key that works only after the password. */
    beginSecondFactorRegistration: (person: Person, place: PlaceHint | undefined, source: EventSource) =>
      beginSecondFactorRegistration(parts, person, place, source),
    /** The key is stored and still to be confirmed, as after `register`. */
    registerSecondFactor: (
      person: Person,
      credential: unknown,
      tickets: readonly Ticket[],
      device: string,
      source: EventSource,
    ) => registerSecondFactor(parts, person, credential, tickets, device, source),

    beginConfirmation: (person: Person, terms: ConfirmationTerms) => beginConfirmation(parts, person, terms),

    /** @param terms.act as it is now */
    confirmAct: (
      person: Person,
      terms: ConfirmationTerms,
      credential: unknown,
      tickets: readonly Ticket[],
      source: EventSource,
    ) => confirmAct(parts, person, terms, credential, tickets, source),

    /**
     * In the caller's transaction: keeps what was signed.
     *
     * @returns false, and nothing is kept, when the account has as many signed acts as it may have
     */
    keepSigned: (trx: Database, { act, record }: SignedAct): Promise<boolean> =>
      createSignedActStore(trx).add({ ...record, userId: act.account, at: timeOf(record) }),

    /** What somebody has signed, newest first, in the words of the wire. */
    signedBy: (userId: string) => signedActs.listFor(userId),

    /** All that was signed, each with where: null for what is not what was signed. */
    async *signedActs(): AsyncGenerator<{ record: Required<KeptRecord>; origin: string | null }> {
      for await (const record of signedActs.everything())
        yield { record, origin: await verifiedOrigin(record) };
    },

    /** Whether the keys that the API has are kept in another place than this database. */
    keepsKeysElsewhere: transport.isRemote,

    /** In the caller's transaction: whether a person has these passkeys and no others, as far as is known here. */
    hasNoOthersThan: async (trx: Database, userId: string, ids: readonly string[]): Promise<boolean> => {
      const { records: kept, isGone } = await readPasskeyState(trx, userId);
      const theirs = kept.filter(({ confirmed, credentialId }) => confirmed && !isGone(credentialId));
      return !ids.some(isGone) && theirs.every(({ credentialId }) => ids.includes(credentialId));
    },

    /** In the caller's transaction: notes a use, or says why the passkey opens nothing. */
    use: (trx: Database, use: VerifiedUse, heldSince: string | null, device: string) =>
      noteUse(trx, use, heldSince, device),

    /**
     * In the caller's transaction: from now on this passkey proves who its owner is, since it stood beside another proof.
     *
     * @returns false when there is no record of it: one that did not count before has been deleted
     */
    vouch: (trx: Database, userId: string, credentialId: string): Promise<boolean> =>
      createRecordStore(trx).vouch(userId, credentialId),

    /**
     * In the caller's transaction: from now on this person's passkeys that were created automatically prove nothing by
     * themselves, until each stands beside another proof.
     *
     * @param exceptId this one goes on as it is
     */
    doubtAutomatic: (trx: Database, userId: string, exceptId: string | undefined): Promise<void> =>
      createRecordStore(trx).doubtAutomatic(userId, exceptId),

    confirm,

    /** In the caller's transaction: the name that people see from its end on. */
    rename: (trx: Database, userId: string, { id, createdAt }: Passkey, name: string): Promise<void> =>
      createRecordStore(trx).rename(userId, id, name, createdAt),

    /** In the caller's transaction: from its end on this passkey is gone; null for all that the user has. */
    delete: (trx: Database, userId: string, credentialId: string | null): Promise<void> =>
      createPendingDeletions(trx).add(userId, credentialId),

    isDeleted,

    /** In the caller's transaction: of passkeys that were listed before, those that nobody has deleted since. */
    stillThere,

    /** Of passkeys that were listed before, those that open the account now; for pages. `heldSince` as below. */
    thatOpenNow: (userId: string, listed: readonly Passkey[], heldSince: Date | null): Promise<Passkey[]> =>
      thatOpen(db, userId, listed, heldSince?.toISOString() ?? null),

    /**
     * In the caller's transaction: of passkeys that were listed before, those that open the account.
     *
     * @param heldSince ISO text: passkeys from before then open nothing; null for none
     */
    thatOpen,

    /**
     * In the caller's transaction: the ids of the passkeys that came since then. One that is still being registered is
     * none: its end refuses it, or the sweep takes it, and until then its record keeps it from opening anything.
     */
    since: async (trx: Database, userId: string, time: Date): Promise<string[]> => {
      const { records: kept } = await readPasskeyState(trx, userId);
      return kept
        .filter(({ confirmed, createdAt }) => confirmed && createdAt >= time.getTime())
        .map(({ credentialId }) => credentialId);
    },

    /**
     * The ids of the passkeys that count as a proof by themselves, as far as is kept here. A transaction will do as well, and
     * then nobody changes that until it is over.
     *
     * @param before of those alone that were created before this moment; null for all
     */
    vouchedIds: async (trx: Database, userId: string, before: Date | null = null): Promise<string[]> => {
      const { records: kept, isGone } = await readPasskeyState(trx, userId);
      return kept
        .filter(({ confirmed, vouched, credentialId }) => confirmed && vouched && !isGone(credentialId))
        .filter(({ createdAt }) => before === null || createdAt < before.getTime())
        .map(({ credentialId }) => credentialId);
    },

    /**
     * Gives up a registration whose last step has failed, so that its owner can begin again at once: a passkey that the API
     * lists is one that no authenticator creates anew. Never throws; what fails is done by the sweep.
     */
    giveUp: async (userId: string, credentialId: string): Promise<void> => {
      try {
        await abandon(userId, credentialId);
        await deleteAtApi({ deletions, hanko: api, logger }, userId);
      } catch (error) {
        logger.warn({ err: error }, 'a registration could not be given up yet');
      }
    },

    /** Has the API do what was written here, of everybody or of one person. Never throws; what fails is tried again. */
    settle: async (userId?: string): Promise<void> => {
      try {
        await deleteAtApi({ deletions, hanko: api, logger }, userId);
        await tellNames(await records.renamed(userId === undefined ? {} : { userId }));
      } catch (error) {
        logger.warn({ err: error }, 'the passkey API could not be told yet');
      }
    },

    /** Whether the API answers now, takes our key, and is set up for us. Never throws. */
    isAvailable: async (): Promise<boolean> => (await hanko.isAvailable()) && (await isSetUp()),

    /** Removes what expired ceremonies, registrations without an end and deleted passkeys left. */
    sweep: () =>
      sweepInTurn(
        ceremonies.sweep,
        deletions.sweep,
        signedActs.sweep,
        abandonOld,
        () => deleteAtApi({ deletions, hanko: api, logger }),
        tellNextNames,
      ),
  };

  async function abandonOld(): Promise<void> {
    for (const { userId, credentialId } of await records.abandoned()) await abandon(userId, credentialId);
  }

  /** Each run goes on where the one before ended, so that names which the API does not take stand in nobody's way. */
  async function tellNextNames(): Promise<void> {
    const waiting = await records.renamed({ after: toldUpTo });
    toldUpTo = waiting.at(-1)?.credentialId ?? '';
    await tellNames(waiting);
  }

  /** The API may know it, and nobody is to wait for it any more. */
  function abandon(userId: string, credentialId: string): Promise<void> {
    return db.transaction(async (trx) => {
      if (await createRecordStore(trx).abandon(userId, credentialId))
        await createPendingDeletions(trx).add(userId, credentialId);
    });
  }

  async function thatOpen(
    trx: Database,
    userId: string,
    listed: readonly Passkey[],
    heldSince: string | null,
  ): Promise<Passkey[]> {
    const { isGone, recordOf } = await readPasskeyState(trx, userId);
    return listed.filter(({ id }) => !isGone(id) && opensSomething(recordOf(id) ?? ordinary(id), heldSince));
  }

  async function tellNames(waiting: Awaited<ReturnType<typeof records.renamed>>): Promise<void> {
    for (const { userId, credentialId, name } of waiting) {
      try {
        await hanko.rename(credentialId, name);
        await records.named(userId, credentialId, name);
      } catch (error) {
        logger.warn({ err: error, user: pseudonym(userId) }, 'a passkey could not be renamed yet');
      }
    }
  }
}

/**
 * In the caller's transaction: a passkey that has been stored is one from its end on.
 *
 * @returns false when its registration has been given up, or the passkey is deleted already
 */
async function confirm(trx: Database, userId: string, credentialId: string): Promise<boolean> {
  if (await isDeleted(trx, userId, credentialId)) return false;
  return createRecordStore(trx).confirm(userId, credentialId);
}

/** In the caller's transaction: whether this passkey is gone. */
async function isDeleted(trx: Database, userId: string, credentialId: string): Promise<boolean> {
  return (await readPasskeyState(trx, userId, credentialId)).isGone(credentialId);
}

async function stillThere(trx: Database, userId: string, listed: readonly Passkey[]): Promise<Passkey[]> {
  const { isGone } = await readPasskeyState(trx, userId);
  return listed.filter(({ id }) => !isGone(id));
}
