/** The one setting of an account: whether passkeys may be created unasked. */
import { pseudonym } from '../logger.ts';
import type { Operate, Requester, Source } from './operation.ts';

export function createAllowAutomaticPasskeys({ operate }: { operate: Operate }) {
  return {
    /** Turns the automatic creation of passkeys on or off. @throws {AppError} `signed_out` */
    setAutomaticPasskeys: (requester: Requester, allowed: boolean, source: Source): Promise<void> =>
      operate(source, async (act) => {
        const user = await act.lockAccountOf(requester);
        await act.users.setAutomaticPasskeys(user.id, allowed);
        const facts = { user: pseudonym(user.id), reason: allowed ? 'on' : 'off' };
        act.log('automatic_passkeys_changed', { outcome: 'changed', ...facts });
      }),
  };
}
