/**
 * A browser becomes a known one by a link that is mailed: the way in for owners at whose account somebody guesses
 * (docs/decisions/0023). The link signs nobody in; it lets this browser try passwords apart from strangers.
 */
import { toUser, type User } from '../accounts/user.ts';
import type { LetterQuota } from './letter-quota.ts';
import type { Operate, Source } from './operation.ts';

type Parts = { operate: Operate; quota: LetterQuota };

export function createKnownDevice({ operate, quota }: Parts) {
  return {
    /** Mails the link to whoever has this address; for an address that nobody has the work is the same. */
    requestKnownDevice: (email: string, source: Source): Promise<void> =>
      quota.ofGuest('known-device', email, source, (mayMail) =>
        operate(source, async (act) => {
          act.log('known_device_requested', { outcome: 'success' });
          if (!mayMail) return;
          const user = await act.users.findByEmail(email);
          const link = await act.issue('known-device', user);
          await act.post(
            user ? { kind: 'known-device', to: user.email, link } : { kind: 'nobody', to: email },
          );
        }),
      ),

    /**
     * Uses a link up.
     *
     * @returns whose device this browser is from now on; null when the link does not work (any more)
     */
    useKnownDevice: (secret: string, source: Source): Promise<User | null> =>
      operate(source, async (act) => {
        const user = (await act.consume(secret, 'known-device'))?.user;
        if (!user) return null;
        await act.tell('device_made_known', user, { method: 'email' });
        return toUser(user);
      }),
  };
}
