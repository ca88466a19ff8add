/** What passkeys a person has: all of them, or one. Changes nothing; knows neither ceremonies nor the web. */
import { AppError } from '../errors.ts';
import type { Hanko } from './hanko/hanko.ts';
import { serviceUnavailable } from './hanko/unavailable.ts';
import { type Passkey, toPasskey } from './passkey.ts';
import { isBeingRegistered, ordinary, type RecordStore } from './record-store.ts';

type Dependencies = {
  /** The API without what is gone here. */
  hanko: Hanko;
  records: RecordStore;
};

/** The passkeys of all people, each scoped to its owner. */
export function createManagement({ hanko, records }: Dependencies) {
  async function listFor(userId: string): Promise<Passkey[]> {
    const listed = await hanko.list(userId);
    // The records last: of whatever the API knows by then there is one already, unless it was never noted.
    const kept = await records.listFor(userId);
    const byId = new Map(kept.map((record) => [record.credentialId, record]));
    return (
      listed
        // Second-factor keys of the API are no passkeys: they cannot sign anybody in.
        .filter((item) => !item.is_mfa && byId.get(item.id)?.confirmed !== false)
        .map((item) => toPasskey(item, byId.get(item.id) ?? ordinary(item.id)))
    );
  }

  return {
    /**
     * The passkeys of a user, newest first; empty when there is none.
     *
     * @throws {AppError} `passkey_service_unavailable`
     */
    listFor,

    /** The same, for pages that do without: null when the API does not answer. */
    listOrNull: async (userId: string): Promise<Passkey[] | null> => {
      try {
        return await listFor(userId);
      } catch (error) {
        if (error instanceof AppError && error.code === 'passkey_service_unavailable') return null;
        throw error;
      }
    },

    /**
     * The ids of every credential of a user that the API accepts, second-factor keys included: the whole list or none,
     * because whatever is not in it will be removed from people's password managers.
     *
     * @throws {AppError} `passkey_service_unavailable` when the list could not be read to its end, or a passkey may be
     *   missing from it because it is being registered just now
     */
    acceptedIds: async (userId: string): Promise<string[]> => {
      const ids = new Set((await hanko.list(userId)).map(({ id }) => id));
      const kept = await records.listFor(userId);
      if (kept.some((record) => !ids.has(record.credentialId) && isBeingRegistered(record)))
        throw serviceUnavailable(undefined, 30, 'a passkey is being registered');
      return [...ids];
    },

    /** One passkey of this user. @throws {AppError} `not_found` when it is not there or not theirs; `passkey_service_unavailable` */
    find: async (userId: string, id: string): Promise<Passkey> => {
      const found = await hanko.find(id);
      if (found && found.user_id !== userId) throw noSuchPasskey("somebody else's passkey");
      const record = (await records.find(userId, id)) ?? ordinary(id);
      if (found?.id !== id || !record.confirmed) throw noSuchPasskey();
      return toPasskey(found, record);
    },
  };
}

/** Not there and not theirs are the same answer. @param reason for the log, when it is not theirs */
export function noSuchPasskey(reason?: string): AppError {
  return new AppError('not_found', 'There is no such passkey.', reason ? { reason } : {});
}
