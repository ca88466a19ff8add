/**
 * What is counted for one account, in the transaction of the act: letters, codes and tries. A failed act takes it back.
 * The keys are hashes: nothing of an account that is gone stays readable. Must not know what is done about too many.
 */
import { createHash } from 'node:crypto';
import type { User } from '../accounts/user.ts';
import type { Database } from '../db/database.ts';
import { DatabaseRateLimiter } from '../db/rate-limiter.ts';
import type { AccountEvent } from '../event-words.ts';
import { type Limit, limits } from '../limits.ts';
import { coarseNetworkOf } from '../networks.ts';
import type { Source } from './operation.ts';

export function createAccountQuota(trx: Database) {
  const counter = (name: string, limit: Limit, ...parts: (string | number)[]) => {
    const limiter = new DatabaseRateLimiter(trx, { name, ...limit });
    const key = counterKey(...parts);
    return {
      take: async () => (await limiter.penalty(key)).consumedPoints <= limit.points,
      giveBack: () => limiter.reward(key),
      clear: () => limiter.delete(key),
    };
  };

  const wrongTries = ({ id }: User) => counter('second-step-wrong', limits.wrongTriesUntold, id);

  return {
    /**
     * Counts a letter that tells of an event. Each event has its own share, so that noise of one kind cannot keep a
     * letter of another kind back. Once a day and epoch its owner is told of sign-ins on one device in one network, and of
     * those that were stopped at the second step.
     *
     * @returns `told` when the owner knows of it already, `full` when there were too many of this event
     */
    async news(
      event: AccountEvent,
      { id, epoch }: User,
      { device, address }: Source,
    ): Promise<'due' | 'told' | 'full'> {
      const ofEvent = counter('letters-event', limits.lettersOfEvent, id, event);
      const merged: Partial<Record<AccountEvent, string[]>> = {
        sign_in: [device, coarseNetworkOf(address)],
        second_factor_failed: [],
      };
      const about = merged[event];
      if (!about) return (await ofEvent.take()) ? 'due' : 'full';
      const once = counter('letters-merged', limits.lettersMerged, id, epoch, event, ...about);
      if (!(await once.take())) return 'told';
      if (await ofEvent.take()) return 'due';
      await once.giveBack();
      return 'full';
    },

    /** Counts a change of address that is asked for. @returns whether it may be mailed */
    addressChange: ({ id }: User): Promise<boolean> =>
      counter('address-changes', limits.addressChanges, id).take(),

    /** Counts a set of recovery codes. @returns whether it may be made */
    recoverySet: ({ id }: User): Promise<boolean> => counter('recovery-sets', limits.recoverySets, id).take(),

    /** Whoever has the account back may do what a thief has used up. */
    async forgive({ id }: User): Promise<void> {
      await counter('address-changes', limits.addressChanges, id).clear();
      await counter('recovery-sets', limits.recoverySets, id).clear();
    },

    /** Counts a wrong try at the second step. @returns whether it is one more than its owner need not hear of */
    async wrongTry(user: User): Promise<boolean> {
      const wrong = wrongTries(user);
      if (await wrong.take()) return false;
      await wrong.clear();
      return true;
    },

    /** No try has been wrong. */
    async forgiveWrongTries(user: User): Promise<void> {
      await wrongTries(user).clear();
    },
  };
}

/** Whom and what letters are about, for those that wait to be counted. */
export function aboutOf({ id }: User, event: AccountEvent): string {
  return counterKey(id, event);
}

/** What a counter is called: a hash, so that no address or id is kept in it. */
export function counterKey(...parts: (string | number)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
