/** Looking through one's passkeys after a recovery: the unknown ones go, the others open the account again. */
import type { Passkeys } from '../passkeys/passkeys.ts';
import { expectWayIn } from './account-ways.ts';
import { endOpenedWith } from './delete-passkey.ts';
import type { Operate, Requester, Source } from './operation.ts';
import type { SecondFactorPolicy } from './second-factor-policy.ts';

/** @property held whether they opened nothing until now */
type Reviewed = { deleted: number; left: number; held: boolean };

type Parts = { operate: Operate; passkeys: Passkeys; policy: SecondFactorPolicy };

export function createReviewPasskeys({ operate, passkeys, policy }: Parts) {
  return {
    /**
     * Whoever has come back into their account says which passkeys are not theirs. The others open the account again.
     *
     * @param unknown the ids of those that are not theirs
     * @returns how many are deleted and left, and whether those open the account only now
     * @throws {AppError} `last_way_in`, `passkey_service_unavailable`, `signed_out`
     */
    async reviewPasskeys(
      requester: Requester,
      unknown: readonly string[],
      source: Source,
    ): Promise<Reviewed> {
      const listed = await passkeys.listFor(requester.userId);
      const reviewed = await operate(source, async (act) => {
        const user = await act.lockAccountOf(requester);
        const there = await passkeys.stillThere(act.trx, user.id, listed);
        const going = there.filter(({ id }) => unknown.includes(id));
        const left = there.filter(({ id }) => !unknown.includes(id));
        await expectWayIn(act, policy, user, left);
        for (const { id, name } of going) {
          await passkeys.delete(act.trx, user.id, id);
          await endOpenedWith(act, requester, id);
          await act.tell('passkey_removed', user, { detail: name, passkeyId: id });
        }
        await act.users.holdPasskeys(user.id, null);
        await act.tell('passkeys_reviewed', user);
        return { deleted: going.length, left: left.length, held: user.passkeysHeldAt !== null };
      });
      await passkeys.settle(requester.userId);
      return reviewed;
    },
  };
}
