/**
 * A forgotten password: a link by mail, the same work for every address, and then a new password or a passkey. Must not know
 * how a letter is written, nor how a second step is passed.
 */
import type { Links } from '../accounts/links.ts';
import type { SignInThrottle } from '../accounts/sign-in-throttle.ts';
import type { FoundToken } from '../accounts/token-store.ts';
import { pseudonym } from '../logger.ts';
import type { Browser } from './enter.ts';
import type { LetterQuota } from './letter-quota.ts';
import { openReset } from './open-reset.ts';
import type { Act, Operate, OperatorFor, Source } from './operation.ts';
import { leavePending } from './pending-sign-in.ts';
import type { SecondFactorPolicy } from './second-factor-policy.ts';
import type { SignInOutcome } from './sign-in.ts';

type Parts = {
  operate: Operate;
  quota: LetterQuota;
  throttle: SignInThrottle;
  links: Links;
  policy: SecondFactorPolicy;
};

export function createResetPassword({ operate, quota, throttle, links, policy }: Parts) {
  return {
    /** Mails a link to whoever has this address; for an address that nobody has the work is the same. */
    requestReset: (email: string, source: Source): Promise<void> =>
      quota.ofGuest('reset-password', email, source, (mayMail) =>
        operate(source, async (act) => {
          act.log('password_reset_requested', { outcome: 'success' });
          if (!mayMail) return;
          const user = await act.users.findByEmail(email);
          const link = await act.issue('reset-password', user);
          await act.post(
            user
              ? { kind: 'reset-password', to: user.email, why: 'forgotten', link }
              : { kind: 'nobody', to: email },
          );
        }),
      ),

    /**
     * An operator makes a link for somebody: it is mailed to them, or handed over, and then they are told.
     *
     * @returns the address, and the secret of the link where it is handed over
     */
    makeResetLink: (
      who: OperatorFor,
      handedOver: boolean,
      source: Source,
    ): Promise<{ email: string; secret: string | null }> =>
      operate(source, async (act) => {
        const user = await act.lockAccountOf(who);
        const link = await act.issue('reset-password', user);
        await act.tell('password_reset_link_made', user, { letter: handedOver });
        if (!handedOver) await act.post({ kind: 'reset-password', to: user.email, why: 'operator', link });
        const reason = 'by an operator';
        act.log('password_reset_requested', { outcome: 'success', user: pseudonym(user.id), reason });
        return { email: user.email, secret: handedOver ? await links.secretOf(act.trx, link) : null };
      }),

    /**
     * Uses a link up: everybody is signed out, and whoever opened it is in. Whoever has it reads the mail of the address
     * that it was mailed to, so that address counts as confirmed where it is the account's.
     *
     * @param passwordHash the new password; null keeps the one there is, for whoever wants a passkey instead
     * @param browser the sign-in that this browser had before, what it remembers of the account, and whether it may be asked
     *   for a passkey
     * @returns `pending` where the second factor is still due, and nothing else has happened than that the link is used up;
     *   null when it does not work (any more)
     */
    async resetPassword(
      secret: string,
      passwordHash: string | null,
      browser: Browser & { invites?: boolean },
      flash: string,
      source: Source,
    ): Promise<SignInOutcome | null> {
      const opened = await operate(source, async (act) => {
        const consumed = await act.consume(secret, 'reset-password');
        const before = consumed?.user;
        if (!before) return null;
        const mailedTo = consumed.token.data.email ?? before.email;
        const reset = { passwordHash, confirmsEmail: mailedTo === before.address };
        const invitation = browser.invites ? ({ invitation: 'recovered' } as const) : {};
        const opening = { method: 'email', proven: true, flash, ...invitation } as const;
        // The link is used up, and all else waits: it turns no second factor off.
        const outcome = (await policy.asks(act.trx, before))
          ? await leavePending(act, before, { opening, reset }, null, browser)
          : await openReset(act, before, reset, opening, browser.former);
        if (before.address === null) await issueAnew(act, before.id, consumed.token);
        return outcome;
      });
      // The owner is here: what strangers did at the password does not hold them up any longer.
      if (opened && 'session' in opened) {
        const { email } = opened.user;
        const attempt = { email, address: source.address, device: browser.deviceFor(email) };
        await throttle.clear(attempt).catch(() => {});
      }
      return opened;
    },
  };
}

/**
 * Nobody can ask for a link into an account without an address, and whoever came in with one may leave without another way in.
 * So the next one goes where the used one went, with the same end. Like all links it is void when the second step has been
 * passed, or the account has an address.
 */
async function issueAnew(
  act: Act,
  userId: string,
  { data: { email }, expiresAt }: FoundToken,
): Promise<void> {
  // Of a link that an operator handed over nobody knows where it went.
  if (!email) return;
  const user = await act.users.findById(userId);
  const link = await act.issue('reset-password', user, { email }, expiresAt.getTime() - Date.now());
  await act.post({ kind: 'reset-password', to: email, why: 'no-address', link });
}
