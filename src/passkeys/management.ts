/** What passkeys a person has: all of them, or one. Changes nothing; knows neither ceremonies nor the web. */
import { AppError } from '../errors.ts';
import type { Hanko } from './hanko/hanko.ts';
import { serviceUnavailable } from './hanko/unavailable.ts';
import { type Passkey, toPasskey } from './passkey.ts';
import type { PasskeyState } from './passkey-state.ts';
import { isBeingRegistered, ordinary } from './record-store.ts';

type Dependencies = {
  /** The API as it is, which still lists what is gone here. */
  api: Hanko;
  readPasskeyState: (userId: string, credentialId?: string) => Promise<PasskeyState>;
};

/** The passkeys of all people, each scoped to its owner. */
export function createManagement({ api, readPasskeyState }: Dependencies) {
  async function listFor(userId: string): Promise<Passkey[]> {
    const listed = await api.list(userId);
    // Read last: what is deleted meanwhile is known here before the API forgets it, and a passkey that is registered
    // meanwhile has its record before the API knows it.
    const { isGone, recordOf } = await readPasskeyState(userId);
    return listed
      .filter(({ id }) => !isGone(id) && recordOf(id)?.confirmed !== false)
      .map((item) => toPasskey(item, recordOf(item.id) ?? ordinary(item.id)));
  }

  /** What a reading says; null when the API does not answer. */
  async function orNull<T>(read: Promise<T>): Promise<T | null> {
    try {
      return await read;
    } catch (error) {
      if (error instanceof AppError && error.code === 'passkey_service_unavailable') return null;
      throw error;
    }
  }

  return {
    /**
     * The passkeys of a user, newest first, keys that work only after the password included; empty when there is none.
     *
     * @throws {AppError} `passkey_service_unavailable`
     */
    listFor,

    /** The same, for pages that do without: null when the API does not answer. */
    listOrNull: (userId: string): Promise<Passkey[] | null> => orNull(listFor(userId)),

    /** The public keys that the API has of a user, in the words of the wire; null when it does not answer. */
    publicKeysOf: async (userId: string): Promise<string[] | null> =>
      (await orNull(api.list(userId)))?.flatMap(({ public_key = [] }) => public_key) ?? null,

    /**
     * The ids of every credential of a user that the API accepts, second-factor keys included: the whole list or none,
     * because whatever is not in it will be removed from people's password managers.
     *
     * @throws {AppError} `passkey_service_unavailable` when the list could not be read to its end, or a passkey may be
     *   missing from it because it is being registered just now
     */
    acceptedIds: async (userId: string): Promise<string[]> => {
      const listed = await api.list(userId);
      const { records, isGone } = await readPasskeyState(userId);
      const ids = new Set(listed.map(({ id }) => id).filter((id) => !isGone(id)));
      if (records.some((record) => !ids.has(record.credentialId) && isBeingRegistered(record)))
        throw serviceUnavailable(undefined, 30, 'a passkey is being registered');
      return [...ids];
    },

    /** One passkey of this user. @throws {AppError} `not_found` when it is not there or not theirs; `passkey_service_unavailable` */
    find: async (userId: string, id: string): Promise<Passkey> => {
      const found = await api.find(id);
      if (found && found.user_id !== userId) throw noSuchPasskey("somebody else's passkey");
      const { isGone, recordOf } = await readPasskeyState(userId, id);
      const record = recordOf(id) ?? ordinary(id);
      if (found?.id !== id || isGone(id) || !record.confirmed) throw noSuchPasskey();
      return toPasskey(found, record);
    },
  };
}

/** Not there and not theirs are the same answer. @param reason for the log, when it is not theirs */
export function noSuchPasskey(reason?: string): AppError {
  return new AppError('not_found', 'There is no such passkey.', reason ? { reason } : {});
}
