/** Confirming the address that an account has, by a link that is mailed to it. */
import type { LetterQuota } from './letter-quota.ts';
import type { Operate, Requester, Source } from './operation.ts';

type Parts = { operate: Operate; quota: LetterQuota };

export function createConfirmEmail({ operate, quota }: Parts) {
  return {
    /**
     * Mails the link; nothing happens when the address is confirmed already, or has had several lately.
     *
     * @param email the address of whoever asks, for the quota
     * @throws {AppError} `signed_out`
     */
    requestConfirmation: (requester: Requester, email: string, source: Source): Promise<void> =>
      quota.ofGuest('confirm-email', email, source, (mayMail) =>
        operate(source, async (act) => {
          const user = await act.lockAccountOf(requester);
          if (user.emailVerifiedAt !== null || !mayMail) return;
          const link = await act.issue('confirm-email', user);
          await act.post({ kind: 'confirm-email', to: user.email, link });
        }),
      ),

    /** @returns false when the link does not work (any more) */
    confirmEmail: (secret: string, source: Source): Promise<boolean> =>
      operate(source, async (act) => {
        const user = (await act.consume(secret, 'confirm-email'))?.user;
        if (!user) return false;
        await act.users.verifyEmail(user.id);
        await act.tell('email_confirmed', user);
        return true;
      }),
  };
}
