/** Deleting a passkey: at once here, at the API now or later; never the last way in. */
import { pseudonym } from '../logger.ts';
import { noSuchPasskey, type Passkeys } from '../passkeys/passkeys.ts';
import { expectWayIn } from './account-ways.ts';
import type { Act, Operate, OperatorFor, Requester, Source } from './operation.ts';
import type { SecondFactorPolicy } from './second-factor-policy.ts';

type Parts = { operate: Operate; passkeys: Passkeys; policy: SecondFactorPolicy };

export function createDeletePasskey({ operate, passkeys, policy }: Parts) {
  return {
    /**
     * Deletes a passkey: at once here, at the API now or when it answers again.
     *
     * @param endsSessions whether the sessions that it opened end as well, but for the one that asks
     * @returns its name
     * @throws {AppError} `last_way_in` when nothing would be left to sign in with; `not_found`,
     *   `passkey_service_unavailable`, `signed_out`
     */
    async deletePasskey(
      who: Requester | OperatorFor,
      id: string,
      endsSessions: boolean,
      source: Source,
    ): Promise<string> {
      const { name } = await passkeys.find(who.userId, id);
      const listed = await passkeys.listFor(who.userId);
      await operate(source, async (act) => {
        const user = await act.lockAccountOf(who);
        if (await passkeys.isDeleted(act.trx, user.id, id)) throw noSuchPasskey();
        const left = await passkeys.thatOpen(act.trx, user.id, listed, user.passkeysHeldAt);
        await expectWayIn(act, policy, user, left, id);
        await passkeys.delete(act.trx, user.id, id);
        await act.tell('passkey_removed', user, { detail: name, passkeyId: id });
        if (endsSessions) await endOpenedWith(act, who, id);
      });
      await passkeys.settle(who.userId);
      return name;
    },
  };
}

/** Ends the sessions that were opened with a passkey that is deleted, but for the one of whoever asks. */
export async function endOpenedWith(act: Act, who: Requester | OperatorFor, id: string): Promise<void> {
  const kept = 'signInId' in who ? who.signInId : undefined;
  const ended = await act.sessions.endOpenedWith(who.userId, id, kept);
  const facts = { user: pseudonym(who.userId), reason: `passkey removed: ${ended}` };
  if (ended > 0) act.log('sessions_ended', { outcome: 'changed', ...facts });
}
