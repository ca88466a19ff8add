/** What a person does with the passkeys they have: list, rename, remove. Knows neither ceremonies nor the web. */
import { AppError } from '../errors.ts';
import { type EventSource, type Logger, logEvent, pseudonym } from '../logger.ts';
import type { Hanko } from './hanko.ts';
import { type Passkey, toPasskey } from './passkey.ts';
import {
  isBeingRemoved,
  isComing,
  ordinary,
  type PasskeyRecord,
  type RecordStore,
  type Removal,
} from './record-store.ts';
import { serviceUnavailable } from './unavailable.ts';
import { isLockedOut, waysIn } from './ways-in.ts';

type Dependencies = { hanko: Hanko; records: RecordStore; logger: Logger };

/** The keyrings of all people, each scoped to its owner. */
export function createKeyring({ hanko, records, logger }: Dependencies) {
  /** Second-factor keys of the service are no passkeys: they cannot sign anybody in. */
  async function withRecords(
    userId: string,
    kept: Promise<PasskeyRecord[]>,
  ): Promise<{ passkey: Passkey; record: PasskeyRecord }[]> {
    const [listed, records] = await Promise.all([hanko.list(userId), kept]);
    const byId = new Map(records.map((record) => [record.credentialId, record]));
    return listed
      .filter((item) => !item.is_mfa)
      .map((item) => {
        const record = byId.get(item.id) ?? ordinary(item.id);
        return { passkey: toPasskey(item, record), record };
      });
  }

  /** Not there and not theirs are the same answer. */
  async function owned(userId: string, id: string): Promise<Passkey> {
    const found = await hanko.find(id);
    if (!found || found.user_id !== userId || found.id !== id) throw notFound();
    return toPasskey(found, (await records.find(userId, id)) ?? ordinary(id));
  }

  /**
   * Looks what is left, after it was said that this one goes: of two who delete the last two at once, each sees that
   * the other's goes, or that it is gone, so that one way in remains.
   */
  async function keepOneWayIn(userId: string, id: string, removal: Removal): Promise<void> {
    // The records first: what is deleted between the two readings is missing from the list.
    const kept = await records.listFor(userId);
    const staying = (await withRecords(userId, Promise.resolve(kept))).filter(
      ({ record }) => !isBeingRemoved(record.removalStartedAt),
    );
    const left = waysIn(
      false,
      staying.map(({ passkey }) => passkey),
      id,
    );
    if (!isLockedOut(left)) return;
    await records.forgetRemoval(userId, id, removal);
    throw lastWayIn();
  }

  /**
   * The passkeys of a user, newest first; empty when there is none.
   *
   * @throws {AppError} `passkey_service_unavailable`
   */
  async function listFor(userId: string): Promise<Passkey[]> {
    return (await withRecords(userId, records.listFor(userId))).map(({ passkey }) => passkey);
  }

  return {
    listFor,

    /** The same, for pages that do without: null when the service does not answer. */
    listOrNull: async (userId: string): Promise<Passkey[] | null> => {
      try {
        return await listFor(userId);
      } catch (error) {
        if (error instanceof AppError && error.code === 'passkey_service_unavailable') return null;
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
     * @param hasPassword whether the owner has another way in than their passkeys
     * @param endSessions ends the sessions that it opened, as far as that is wanted; called before and after
     * @throws {AppError} `last_way_in` when nothing would be left to sign in with; `not_found`,
     *   `passkey_service_unavailable`
     */
    remove: async (
      userId: string,
      id: string,
      hasPassword: boolean,
      endSessions: () => Promise<void>,
      source: EventSource,
    ): Promise<void> => {
      await owned(userId, id);
      const removal = await records.noteRemoval(userId, id);
      if (!hasPassword) await keepOneWayIn(userId, id, removal);
      // Before, since afterwards there may be no second chance; and after, for who was signing in meanwhile.
      await endSessions();
      if (!(await hanko.remove(id))) throw notFound();
      await endSessions();
      await records
        .noteRemoved(userId, id)
        .catch((error) => logger.warn({ err: error }, 'a removed passkey has still a record'));
      logEvent(logger, 'passkey_removed', changed(userId, id, source));
    },
  };
}

function changed(userId: string, id: string, source: EventSource) {
  return { outcome: 'changed', user: pseudonym(userId), credential: pseudonym(id), ...source } as const;
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
