/**
 * "This wasn't me": whoever reads the mail of the address to which something was told takes it back, and everything since
 * (docs/decisions/0020). Must not know what was told, nor by which letter.
 */
import { openLink } from '../accounts/links.ts';
import { noAddressOf } from '../accounts/no-address.ts';
import type { Token } from '../accounts/token-store.ts';
import type { FactorState, User } from '../accounts/user.ts';
import { createUserStore, type StoredUser, type UserStore } from '../accounts/user-store.ts';
import type { Database } from '../db/database.ts';
import { isUniqueViolation } from '../db/faults.ts';
import { beforeAnyLetter, tokenLifetime } from '../lifetimes.ts';
import { pseudonym } from '../logger.ts';
import type { Passkeys } from '../passkeys/passkeys.ts';
import type { Act, Operate, Source } from './operation.ts';
import { takeBackSecondFactor } from './take-back-second-factor.ts';

/**
 * What a letter about something knows: when it happened, the address and the second factor of then, and the passkey that it
 * was about.
 */
export type Moment = { at: Date; address: string; passkey: string | null } & FactorState;

/** What an account is after it was taken back. */
export type Secured = Pick<Moment, 'address' | 'at' | 'passkey'> & {
  /** Recovery codes of then work: somebody else may have made those. */
  hasCodes: boolean;
  /** The second factor was on, and is off. */
  isTurnedOff: boolean;
  /** Another account has the address of then by now, and this one has none. */
  isTaken: boolean;
};

type TakenBack = Pick<Secured, 'hasCodes' | 'isTurnedOff' | 'isTaken'>;

type Parts = { operate: Operate; passkeys: Passkeys };

export function createSecureAccount({ operate, passkeys }: Parts) {
  return {
    /**
     * Takes an account back to a moment: its address of then, no passkey since, no session, no password, no other link
     * but those of earlier moments; the passkeys that are left wait until their owner has looked at them. A link to go
     * on with goes to the address of then, and the replaced address is told.
     *
     * @returns the address of then, and what the account is now; null when the link does not work (any more)
     */
    async secureAccount(secret: string, source: Source): Promise<Secured | null> {
      const secure = () => operate(source, (act) => takeBackBy(act, secret));
      // PostgreSQL: somebody has taken the address of then between our look and our write; now it is seen to be taken.
      const secured = await secure().catch((error) =>
        isUniqueViolation(error) ? secure() : Promise.reject(error),
      );
      if (secured) await passkeys.settle(secured.userId);
      if (!secured) return null;
      const { moment, userId: _, ...takenBack } = secured;
      const { address, at, passkey } = moment;
      return { address, at, passkey, ...takenBack };
    },
  };

  async function takeBackBy(
    act: Act,
    secret: string,
  ): Promise<({ userId: string; moment: Moment } & TakenBack) | null> {
    const consumed = await act.consume(secret, 'lockdown');
    if (!consumed?.user) return null;
    if (!mayReturn(consumed.token, consumed.user)) {
      act.log('link_refused', { outcome: 'refused', reason: 'lockdown', user: pseudonym(consumed.user.id) });
      return null;
    }
    const moment = momentOf(consumed.token, consumed.user);
    return { userId: consumed.user.id, moment, ...(await takeBack(act, consumed.user, moment)) };
  }

  async function takeBack(act: Act, before: StoredUser, moment: Moment): Promise<TakenBack> {
    const { user } = await act.endTrust(before);
    const named = await forgetLaterMoments(act, user, moment);
    const isTaken = await bringBackAddress(act, user, moment.address);
    await act.users.setPasswordHash(user.id, null);
    const since = await passkeys.since(act.trx, user.id, moment.at);
    for (const id of new Set([...since, ...named, ...(moment.passkey ? [moment.passkey] : [])]))
      await passkeys.delete(act.trx, user.id, id);
    const now = new Date();
    const oldEnough = beforeAnyLetter(now);
    const hasPasskey = (await passkeys.vouchedIds(act.trx, user.id, oldEnough)).length > 0;
    const secondFactor = await takeBackSecondFactor(act, { before, moment, hasPasskey, oldEnough });
    await act.users.holdPasskeys(user.id, now);
    await act.forgiveAsked(user);
    const replaced = before.email === moment.address ? null : before.email;
    await act.tell('account_locked_down', before, { letter: replaced !== null, link: false });
    // As long as the letter that led here: where another account has this address, there is no other way in.
    const link = await act.issue('reset-password', user, { email: moment.address }, tokenLifetime.lockdown);
    const why = isTaken ? 'no-address' : 'secured';
    await act.post({ kind: 'reset-password', to: moment.address, why, link });
    return { ...secondFactor, isTaken };
  }
}

/**
 * What happened later was done by somebody else, and so were the addresses of then that those letters would bring back.
 *
 * @returns the passkeys that those letters would have taken back, however old
 */
async function forgetLaterMoments(act: Act, user: User, { at }: Moment): Promise<string[]> {
  const kept = await act.tokens.listFor(user.id, 'lockdown');
  const later = kept.filter(({ token }) => new Date(token.data.at ?? 0) >= at);
  await act.tokens.forget(...later.map(({ secretHash }) => secretHash));
  return later.flatMap(({ token }) => token.data.passkey ?? []);
}

/**
 * The address of then is the account's again. Where it has another account by now, whoever reads its mail has opened
 * that; then this account has none, so that the replaced one opens it no more, and only the link that is mailed leads into it.
 *
 * @returns whether another account has it
 */
async function bringBackAddress(act: Act, user: User, address: string): Promise<boolean> {
  if (address === user.email) return false;
  const isTaken = await isOfAnother(act.users, user, address);
  await act.users.changeEmail(user.id, isTaken ? noAddressOf(user.id) : address, !isTaken);
  return isTaken;
}

async function isOfAnother(users: UserStore, { id }: User, address: string): Promise<boolean> {
  const owner = await users.findByEmail(address);
  return owner !== null && owner.id !== id;
}

/** Whether the address of then may still be brought back; an address that the account has needs not be. */
function mayReturn({ data }: Token, user: User): boolean {
  const { address, returnsUntil = null } = data;
  return address === user.email || returnsUntil === null || new Date(returnsUntil) > new Date();
}

function momentOf({ data }: Token, user: User): Moment {
  return {
    at: new Date(data.at ?? 0),
    address: data.address ?? user.email,
    passkey: data.passkey ?? null,
    secondFactorAt: data.secondFactorAt ?? null,
    recoverySet: data.recoverySet ?? null,
  };
}

/** What a link would do; null when it does not work (any more). */
export async function openLockdown(
  db: Database,
  secret: string,
): Promise<{ moment: Moment; email: string; isTaken: boolean } | null> {
  const found = await openLink(db, secret, 'lockdown');
  if (!found || !mayReturn(found.token, found.user)) return null;
  const moment = momentOf(found.token, found.user);
  const isTaken = await isOfAnother(createUserStore(db), found.user, moment.address);
  return { moment, email: found.user.email, isTaken };
}
