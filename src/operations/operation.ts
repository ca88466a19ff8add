/**
 * What every operation stands on: one transaction, in which the conditions are read, the effect is written, and activity
 * and letters with it. The log hears of it when the transaction is over. Knows no operation and nothing of the web.
 */
import { createActivityStore } from '../accounts/activity-store.ts';
import { type Link, type Links, stands } from '../accounts/links.ts';
import { isNoAddress } from '../accounts/no-address.ts';
import { createPendingSignInStore } from '../accounts/pending-sign-in-store.ts';
import { createRecoveryCodeStore } from '../accounts/recovery-code-store.ts';
import { createSessionStore } from '../accounts/session-store.ts';
import {
  createTokenStore,
  type FoundToken,
  hashOf,
  type Purpose,
  type Token,
} from '../accounts/token-store.ts';
import type { FactorState, User } from '../accounts/user.ts';
import { createUserStore, type StoredUser } from '../accounts/user-store.ts';
import type { Database } from '../db/database.ts';
import { accountGone, signedOut } from '../errors.ts';
import { type AccountEvent, accountEvents, type SecurityEvent } from '../event-words.ts';
import type { Letter } from '../letters/letter.ts';
import { activityLifetime } from '../lifetimes.ts';
import { type EventFacts, type Logger, logEvent, pseudonym } from '../logger.ts';
import { createOutbox } from '../mail/outbox.ts';
import { aboutOf, createAccountQuota } from './account-quota.ts';

/** Where something is done. */
export type Source = {
  /** Empty for what is done on the command line. */
  address: string;
  requestId: string;
  /** Such as "Chrome on macOS": a hundred characters at most, which is what the tables keep. */
  device: string;
};

/** Who asks, and in which sign-in. */
export type Requester = { userId: string; signInId: string };

/** Whoever runs this site, for somebody's account: there is no session to ask for. */
export type OperatorFor = { userId: string; operator: true };

/** What an operation works with, in its transaction. */
export type Act = ReturnType<typeof createAct>;

/** Does one thing in one transaction: all of it, or nothing. */
export type Operate = <T>(source: Source, work: (act: Act) => Promise<T>) => Promise<T>;

type Dependencies = {
  db: Database;
  logger: Logger;
  links: Links;
  /** Whether mail can be sent at all; without it no letter and no link is made. */
  mail: boolean;
};

export function createOperate(dependencies: Dependencies): Operate {
  return async (source, work) => {
    const afterwards: (() => void)[] = [];
    const result = await dependencies.db.transaction((trx) =>
      work(createAct(dependencies, trx, source, afterwards)),
    );
    for (const tell of afterwards) tell();
    return result;
  };
}

/** What is told about an event, besides where it happened. */
type Telling = {
  method?: EventFacts['method'] | undefined;
  detail?: string | null;
  /** What the second step was passed with, for the log alone. */
  secondFactor?: EventFacts['secondFactor'] | undefined;
  /** Why, for the log alone. */
  reason?: string | undefined;
  /** False where the event has a letter that is not due this time. */
  letter?: boolean;
  /** Who else gets the letter than the address that the account has had so far. */
  alsoTo?: string;
  /** False for a letter that goes to somebody who must not take it back. */
  link?: boolean;
  /** The passkey that "This wasn't me" takes back, whenever it came. */
  takesBack?: string;
  /** The passkey that it is about, for the log alone; the one above where it is left out. */
  passkeyId?: string;
};

function createAct(
  { logger, links, mail }: Dependencies,
  trx: Database,
  source: Source,
  afterwards: (() => void)[],
) {
  const users = createUserStore(trx);
  const sessions = createSessionStore(trx);
  const tokens = createTokenStore(trx);
  const activity = createActivityStore(trx);
  const outbox = createOutbox(trx);
  const quota = createAccountQuota(trx);

  /** A line in the log, when the transaction is over. */
  function log(event: SecurityEvent, facts: EventFacts): void {
    const { address, requestId } = source;
    afterwards.push(() => logEvent(logger, event, { ...facts, address, requestId }));
  }

  /** Issues a link that ends with the epoch of its account, or, for an address that has none, leads nowhere. */
  function issue(
    purpose: Purpose,
    user: User | null,
    data: Token['data'] = {},
    lifetime?: number,
  ): Promise<Link> {
    const token = { purpose, userId: user?.id ?? null, epoch: user?.epoch ?? null, data };
    return links.issue(tokens, token, lifetime);
  }

  /**
   * The link "This wasn't me" of a moment. It outlives the epoch, since taking back is what it is for. An address that
   * the account has had for a few days only can bring itself back no longer than the address before it: otherwise a thief
   * who changed the address, and was turned out, would have the last word.
   */
  async function issueTakeBack(
    user: User & FactorState,
    at: string,
    passkey: string | null,
    to: string,
  ): Promise<Link> {
    const first = await tokens.firstEndOfOthers(user.id, 'lockdown', { address: user.email });
    const { secondFactorAt, recoverySet } = user;
    const until = { returnsUntil: first, mailedTo: to };
    const data = { at, address: user.email, passkey, ...until, secondFactorAt, recoverySet };
    return links.issue(tokens, { purpose: 'lockdown', userId: user.id, epoch: null, data });
  }

  /**
   * Links, tickets, permissions and known devices of before open nothing any more; "This wasn't me" and sessions go on.
   *
   * @returns the account with its new epoch
   */
  async function raiseEpoch({ id, email }: User): Promise<User> {
    return { id, email, epoch: await users.raiseEpoch(id) };
  }

  /** What would reach nobody is not posted. */
  async function post(letter: Letter, about: string | null = null): Promise<void> {
    if (mail && !isNoAddress(letter.to)) await outbox.add(letter, about);
  }

  function refuseMail(reason: string, { id }: User): void {
    log('rate_limited', { outcome: 'refused', reason, user: pseudonym(id) });
  }

  async function postNews(
    event: AccountEvent,
    user: User & FactorState,
    telling: Telling,
    at: string,
  ): Promise<void> {
    const { method = null, detail = null, takesBack = null, link: hasLink = true, alsoTo } = telling;
    const about = aboutOf(user, event);
    const share = (await outbox.hasRoom(about)) ? await quota.news(event, user, source) : 'full';
    if (share === 'full') refuseMail(`letters about ${event}`, user);
    if (share !== 'due') return;
    const news = { kind: 'news', event, method, detail, at, device: source.device } as const;
    for (const to of [user.email, ...(alsoTo ? [alsoTo] : [])]) {
      // Without an address there is none to which it could lead back.
      const link = hasLink && !isNoAddress(user.email) ? await issueTakeBack(user, at, takesBack, to) : null;
      await post({ ...news, to, link }, about);
    }
  }

  return {
    trx,
    source,
    mail,
    users,
    sessions,
    tokens,
    pendingSignIns: createPendingSignInStore(trx),
    recoveryCodes: createRecoveryCodeStore(trx),
    log,
    issue,
    post: (letter: Letter): Promise<void> => post(letter),

    /**
     * The account of whoever asks, which nobody else changes until the transaction is over.
     *
     * @throws {AppError} `signed_out` when the sign-in has ended, or the account is gone
     */
    async lockAccountOf(who: Requester | OperatorFor): Promise<StoredUser> {
      const user = await users.lock(who.userId);
      if (!user && 'operator' in who) throw accountGone();
      if (user && ('operator' in who || (await sessions.isLiving(who.userId, who.signInId)))) return user;
      // At once, since the transaction ends here and what waits for its end is dropped.
      const { address, requestId } = source;
      const facts = { user: pseudonym(who.userId), address, requestId };
      logEvent(logger, 'ended_session_refused', { outcome: 'refused', ...facts });
      throw signedOut();
    },

    /**
     * Uses a link up.
     *
     * @returns null when it is used, expired, for something else, or its account has changed since; `user` is null for a
     *   link that belongs to no account
     */
    async consume(
      secret: string,
      purpose: Purpose,
    ): Promise<{ token: FoundToken; user: StoredUser | null } | null> {
      const hash = hashOf(secret);
      const token = await tokens.find(hash, purpose);
      // First the account and then the link, as everybody does, so that two operations cannot deadlock.
      const user = token?.userId ? await users.lock(token.userId) : null;
      if (token && (await tokens.consume(hash, purpose)) && isGood(token, user)) return { token, user };
      const whose = token?.userId ? { user: pseudonym(token.userId) } : {};
      log('link_refused', { outcome: 'refused', reason: purpose, ...whose });
      return null;
    },

    raiseEpoch,

    /**
     * Ends all trust in this account so far: what {@link raiseEpoch} ends, and all sessions but one.
     *
     * @returns the account with its new epoch, and how many sessions ended
     */
    async endTrust(user: User, kept?: Requester | OperatorFor): Promise<{ user: User; ended: number }> {
      // The epoch first: a sign-in that is under way sees either the new epoch, or its session is seen here.
      const raised = await raiseEpoch(user);
      const signInId = kept && 'signInId' in kept ? kept.signInId : undefined;
      return { user: raised, ended: await sessions.endOthers(user.id, signInId) };
    },

    /**
     * Tells that something has happened to an account: to its owner in the activity, and by letter where the event has
     * one and its share is not used up; to the log.
     *
     * @param user the account as it was before: a letter goes to the address that it had, and what it asked for besides the
     *   password is what "This wasn't me" brings back
     */
    async tell(event: AccountEvent, user: User & FactorState, telling: Telling = {}): Promise<void> {
      const { method, detail = null, reason, letter = accountEvents[event].letter !== undefined } = telling;
      const at = new Date();
      const { device, address } = source;
      await activity.add(user.id, { event, at, method: method ?? null, detail, device, address });
      if (letter && mail) await postNews(event, user, telling, at.toISOString());
      const { takesBack, passkeyId = takesBack, secondFactor } = telling;
      log(event, {
        outcome: accountEvents[event].outcome ?? 'changed',
        user: pseudonym(user.id),
        ...(passkeyId === undefined ? {} : { credential: pseudonym(passkeyId) }),
        ...(method ? { method } : {}),
        ...(secondFactor ? { secondFactor } : {}),
        ...(reason === undefined ? {} : { reason }),
      });
    },

    /** Other addresses that living letters with "This wasn't me" name: its owner's, where a thief has changed the address. */
    async earlierAddresses({ id, email }: User): Promise<string[]> {
      const kept = await tokens.listFor(id, 'lockdown');
      const others = kept.flatMap(({ token }) => token.data.address ?? []).filter((one) => one !== email);
      return [...new Set(others)];
    },

    /** Counts a change of address that this account asks for. @returns whether it may be mailed */
    mayAskForChange: (user: User): Promise<boolean> => quota.addressChange(user),

    /** Counts a set of recovery codes that this account makes. @returns whether it may be made */
    mayMakeCodes: (user: User): Promise<boolean> => quota.recoverySet(user),

    /** The changes of address and sets of codes of this account are counted anew. */
    forgiveAsked: (user: User): Promise<void> => quota.forgive(user),

    /** Counts a wrong try at the second step. @returns whether its owner is to hear of it; then the count begins anew */
    wrongTooOften: (user: User): Promise<boolean> => quota.wrongTry(user),

    /** Somebody has passed the second step: what was wrong before was a mistake. */
    forgiveWrongTries: (user: User): Promise<void> => quota.forgiveWrongTries(user),

    /** Whether somebody has been in this account before; of an account that is older than its activity, surely. */
    async hasSignedIn({ id, createdAt }: StoredUser): Promise<boolean> {
      if (Date.parse(createdAt) < Date.now() - activityLifetime) return true;
      return activity.knows(id, 'sign_in', 'password_reset');
    },
  };
}

function isGood(token: Token, user: StoredUser | null): boolean {
  if (token.userId === null) return true;
  return user !== null && stands(token, user);
}
