/** Renaming a passkey: people see the new name at once, and the API is told now or later. */
import { noSuchPasskey, type Passkeys } from '../passkeys/passkeys.ts';
import type { Operate, Requester, Source } from './operation.ts';

type Parts = { operate: Operate; passkeys: Passkeys };

export function createRenamePasskey({ operate, passkeys }: Parts) {
  return {
    /** @throws {AppError} `not_found`, `passkey_service_unavailable`, `signed_out` */
    async renamePasskey(requester: Requester, id: string, name: string, source: Source): Promise<void> {
      const passkey = await passkeys.find(requester.userId, id);
      await operate(source, async (act) => {
        const user = await act.lockAccountOf(requester);
        if (await passkeys.isDeleted(act.trx, user.id, id)) throw noSuchPasskey();
        await passkeys.rename(act.trx, user.id, passkey, name);
        await act.tell('passkey_renamed', user, { detail: name, passkeyId: id });
      });
      await passkeys.settle(requester.userId);
    },
  };
}
