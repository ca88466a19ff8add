/** What somebody does with their passkeys: add, rename, delete, and look through them after a recovery. */
import { AppError } from '../errors.ts';
import { pseudonym } from '../logger.ts';
import {
  isLockedOut,
  noSuchPasskey,
  type Passkeys,
  type Person,
  type Registered,
  waysIn,
} from '../passkeys/passkeys.ts';
import { lastWayIn, otherWaysOf } from './account-ways.ts';
import {
  type Act,
  type Asking,
  type Operate,
  type OperatorFor,
  type Source,
  signedOut,
} from './operation.ts';

type Parts = { operate: Operate; passkeys: Passkeys };

export function createPasskeyOperations({ operate, passkeys }: Parts) {
  return {
    /**
     * Takes in a passkey that the API has stored. Where that is not to be any more, the passkey is gone again.
     *
     * @param person as they were when the registration began
     * @throws {AppError} `signed_out` when the sign-in has ended meanwhile, `challenge_expired` when the account has
     *   changed or the registration took too long, `upgrade_not_allowed` when automatic passkeys were turned off
     */
    async addPasskey(person: Person, passkey: Registered, source: Source): Promise<void> {
      const refusal = await operate(source, async (act) => {
        const refused = (await whyNot(act, person, passkey)) ?? (await take(act, person, passkey));
        if (!refused) return null;
        await passkeys.delete(act.trx, person.id, passkey.id);
        const facts = { user: pseudonym(person.id), credential: pseudonym(passkey.id), reason: refused.code };
        act.log('passkey_registration_refused', { outcome: 'refused', ...facts });
        return refused;
      });
      if (!refusal) return;
      await passkeys.settle(person.id);
      throw refusal;
    },

    /** @throws {AppError} `not_found`, `passkey_service_unavailable`, `signed_out` */
    async renamePasskey(asking: Asking, id: string, name: string, source: Source): Promise<void> {
      const passkey = await passkeys.find(asking.userId, id);
      await operate(source, async (act) => {
        const user = await act.asking(asking);
        if (await passkeys.isDeleted(act.trx, user.id, id)) throw noSuchPasskey();
        await passkeys.rename(act.trx, user.id, passkey, name);
        await act.tell('passkey_renamed', user, { detail: name, credential: id });
      });
      await passkeys.settle(asking.userId);
    },

    /**
     * Deletes a passkey: at once here, at the API now or when it answers again.
     *
     * @param endsSessions whether the sessions that it opened end as well, but for the one that asks
     * @returns its name
     * @throws {AppError} `last_way_in` when nothing would be left to sign in with; `not_found`,
     *   `passkey_service_unavailable`, `signed_out`
     */
    async deletePasskey(
      who: Asking | OperatorFor,
      id: string,
      endsSessions: boolean,
      source: Source,
    ): Promise<string> {
      const { name } = await passkeys.find(who.userId, id);
      const listed = await passkeys.listFor(who.userId);
      await operate(source, async (act) => {
        const user = await act.asking(who);
        if (await passkeys.isDeleted(act.trx, user.id, id)) throw noSuchPasskey();
        const left = await passkeys.opening(act.trx, user.id, listed, user.passkeysHeldAt);
        if (isLockedOut(waysIn(otherWaysOf(user, act.mail), left, id))) throw lastWayIn();
        await passkeys.delete(act.trx, user.id, id);
        await act.tell('passkey_removed', user, { detail: name, credential: id });
        if (endsSessions) await endOpenedWith(act, who, id);
      });
      await passkeys.settle(who.userId);
      return name;
    },

    /**
     * Whoever has come back into their account says which passkeys are not theirs. The others open the account again.
     *
     * @returns how many are deleted
     * @throws {AppError} `last_way_in`, `passkey_service_unavailable`, `signed_out`
     */
    async reviewPasskeys(asking: Asking, unknown: readonly string[], source: Source): Promise<number> {
      const listed = await passkeys.listFor(asking.userId);
      const deleted = await operate(source, async (act) => {
        const user = await act.asking(asking);
        const there = await passkeys.stillThere(act.trx, user.id, listed);
        const going = there.filter(({ id }) => unknown.includes(id));
        const left = there.filter(({ id }) => !unknown.includes(id));
        if (isLockedOut(waysIn(otherWaysOf(user, act.mail), left))) throw lastWayIn();
        for (const { id, name } of going) {
          await passkeys.delete(act.trx, user.id, id);
          await act.sessions.endOpenedWith(user.id, id, asking.signInId);
          await act.tell('passkey_removed', user, { detail: name, credential: id });
        }
        await act.users.holdPasskeys(user.id, null);
        await act.tell('passkeys_reviewed', user);
        return going.length;
      });
      await passkeys.settle(asking.userId);
      return deleted;
    },
  };

  async function whyNot(
    act: Act,
    { id: userId, signInId, epoch }: Person,
    { automatic }: Registered,
  ): Promise<AppError | null> {
    const user = await act.users.lock(userId);
    if (!user || !(await act.sessions.isLiving(userId, signInId))) return signedOut();
    if (user.epoch !== epoch) return tooLate();
    if (automatic && !(await act.users.automaticPasskeys(userId)))
      return new AppError('upgrade_not_allowed', 'No passkey can be created automatically now.');
    return null;
  }

  async function take(
    act: Act,
    person: Person,
    { id, name, automatic }: Registered,
  ): Promise<AppError | null> {
    if (!(await passkeys.confirm(act.trx, person.id, id))) return tooLate();
    const method = automatic ? 'automatic' : undefined;
    const told = { detail: name, passkey: id, credential: id, method, reason: method } as const;
    await act.tell('passkey_registered', person, told);
    return null;
  }
}

function tooLate(): AppError {
  return new AppError('challenge_expired', 'This took too long or was used before. Try again.');
}

async function endOpenedWith(act: Act, who: Asking | OperatorFor, id: string): Promise<void> {
  const kept = 'signInId' in who ? who.signInId : undefined;
  const ended = await act.sessions.endOpenedWith(who.userId, id, kept);
  const facts = { user: pseudonym(who.userId), reason: `passkey removed: ${ended}` };
  if (ended > 0) act.log('sessions_ended', { outcome: 'changed', ...facts });
}
