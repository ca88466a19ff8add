/** What a person does with the passkeys they have: list, rename, remove. Knows neither ceremonies nor the web. */
import { AppError } from '../errors.ts';
import { type EventSource, type Logger, logEvent, pseudonym } from '../logger.ts';
import type { Hanko } from './hanko.ts';
import { type Passkey, toPasskey } from './passkey.ts';
import { isComing, ordinary, type RecordStore } from './record-store.ts';
import type { RemovalStore } from './removal-store.ts';
import { PasskeyServiceFault } from './service-errors.ts';
import { serviceUnavailable } from './unavailable.ts';
import { isLockedOut, waysIn } from './ways-in.ts';

type Dependencies = { hanko: Hanko; records: RecordStore; removals: RemovalStore; logger: Logger };

/** The keyrings of all people, each scoped to its owner. */
export function createKeyring({ hanko, records, removals, logger }: Dependencies) {
  /** Not there and not theirs are the same answer. */
  async function owned(userId: string, id: string): Promise<Passkey> {
    const found = await hanko.find(id);
    if (!found || found.user_id !== userId || found.id !== id) throw notFound();
    return toPasskey(found, (await records.find(userId, id)) ?? ordinary(id));
  }

  /** Those that nobody is deleting. */
  async function listStaying(userId: string): Promise<Passkey[]> {
    const going = await removals.goingOf(userId);
    return (await listFor(userId)).filter(({ id }) => !going.has(id));
  }

  /**
   * Says that a passkey goes, and then looks what is left: of two who delete the last two at once, each sees that the
   * other's goes, or that it is gone, so that one way in remains. Where it may not go, nothing was said.
   *
   * @returns the name of the attempt
   */
  async function begin(
    userId: string,
    id: string,
    hasOtherWay: () => Promise<boolean>,
    endSessions: () => Promise<void>,
  ): Promise<string> {
    const attempt = await removals.note(userId, id);
    try {
      const left = async () => waysIn({ password: false, email: false }, await listStaying(userId), id);
      if (!(await hasOtherWay()) && isLockedOut(await left())) throw lastWayIn();
      // Before, since afterwards there may be no second chance.
      await endSessions();
    } catch (error) {
      await removals.forget(attempt);
      throw error;
    }
    return attempt;
  }

  /**
   * Deletes at the service. When it did not happen, the attempt is given up; when that cannot be known, it goes on for
   * a while.
   *
   * @returns false when there was no such passkey
   */
  async function removeAtService(id: string, attempt: string): Promise<boolean> {
    try {
      return await hanko.remove(id);
    } catch (error) {
      if ((await hanko.find(id).catch(() => undefined)) === null) return true;
      if (!mayHaveHappened(error)) await removals.forget(attempt);
      throw error;
    }
  }

  /**
   * The passkeys of a user, newest first; empty when there is none.
   *
   * @throws {AppError} `passkey_service_unavailable`
   */
  async function listFor(userId: string): Promise<Passkey[]> {
    // The records first: what is deleted between the two readings is missing from the list.
    const kept = await records.listFor(userId);
    const byId = new Map(kept.map((record) => [record.credentialId, record]));
    // Second-factor keys of the service are no passkeys: they cannot sign anybody in.
    return (await hanko.list(userId))
      .filter((item) => !item.is_mfa)
      .map((item) => toPasskey(item, byId.get(item.id) ?? ordinary(item.id)));
  }

  return {
    listFor,

    /** The same, for pages that do without: null when the service does not answer. */
    listOrNull: async (userId: string): Promise<Passkey[] | null> => {
      try {
        return await listFor(userId);
      } catch (error) {
        if (isUnavailable(error)) return null;
        throw error;
      }
    },

    /**
     * How many passkeys of a user are as good as a password: they sign in alone, prove who somebody is, and nobody is
     * deleting them. Null when the service does not answer.
     */
    countReliable: async (userId: string): Promise<number | null> => {
      try {
        return (await listStaying(userId)).filter(({ signsInAlone, vouched }) => signsInAlone && vouched)
          .length;
      } catch (error) {
        if (isUnavailable(error)) return null;
        throw error;
      }
    },

    /**
     * The ids of every credential of a user that the service accepts, second-factor keys included: the whole list or
     * none, because whatever is not in it will be removed from people's password managers.
     *
     * @throws {AppError} `passkey_service_unavailable` when the list could not be read to its end, or a passkey may be
     *   missing from it because it is being registered just now
     */
    acceptedIds: async (userId: string): Promise<string[]> => {
      const kept = await records.listFor(userId);
      const ids = new Set((await hanko.list(userId)).map(({ id }) => id));
      if (kept.some((record) => !ids.has(record.credentialId) && isComing(record)))
        throw serviceUnavailable(undefined, 30, 'a passkey is being registered');
      return [...ids];
    },

    /** One passkey of this user. @throws {AppError} `not_found` when it is not there or not theirs; `passkey_service_unavailable` */
    find: owned,

    /** @throws {AppError} `not_found`, `passkey_service_unavailable` */
    rename: async (userId: string, id: string, name: string, source: EventSource): Promise<void> => {
      await owned(userId, id);
      // Somebody else may delete it between our look and our act.
      if (!(await hanko.rename(id, name))) throw notFound();
      logEvent(logger, 'passkey_renamed', changed(userId, id, source));
    },

    /**
     * @param hasOtherWay whether the owner has another way in than their passkeys; asked after it is said that this one
     *   goes, because whoever takes the other way away looks at the passkeys after that
     * @param endSessions ends the sessions that it opened, as far as that is wanted; called before and after
     * @throws {AppError} `last_way_in` when nothing would be left to sign in with; `not_found`,
     *   `passkey_service_unavailable`
     */
    remove: async (
      userId: string,
      id: string,
      hasOtherWay: () => Promise<boolean>,
      endSessions: () => Promise<void>,
      source: EventSource,
    ): Promise<void> => {
      await owned(userId, id);
      const attempt = await begin(userId, id, hasOtherWay, endSessions);
      const wasThere = await removeAtService(id, attempt);
      // After, too, for who was signing in meanwhile.
      await endSessions();
      await records
        .noteRemoved(userId, id)
        .catch((error) => logger.warn({ err: error }, 'a removed passkey has still a record'));
      if (!wasThere) throw notFound();
      logEvent(logger, 'passkey_removed', changed(userId, id, source));
    },
  };
}

function changed(userId: string, id: string, source: EventSource) {
  return { outcome: 'changed', user: pseudonym(userId), credential: pseudonym(id), ...source } as const;
}

function isUnavailable(error: unknown): boolean {
  return error instanceof AppError && error.code === 'passkey_service_unavailable';
}

/** Not when the service was never asked, or has answered that it failed. */
function mayHaveHappened(error: unknown): boolean {
  const { cause } = error as Error;
  return cause instanceof PasskeyServiceFault && cause.mayHaveActed;
}

function notFound(): AppError {
  return new AppError('not_found', 'There is no such passkey.');
}

function lastWayIn(): AppError {
  return new AppError(
    'last_way_in',
    'This passkey is your only way to sign in. Create another one first, then delete this one.',
  );
}
