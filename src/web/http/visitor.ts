/** Who is signed in, as pages and routes need to know it. Put together from account and session; decides nothing. */
import type { AccountFacts } from '../../accounts/user.ts';
import type { Requester, Source } from '../../operations/operation.ts';
import type { Person } from '../../passkeys/passkeys.ts';
import { addressWords } from './address-words.ts';
import { type AppContext, asksSecondFactor, currentUser } from './context.ts';
import { describeDevice } from './device.ts';
import { readSession, type SessionData, take } from './session.ts';

/** Somebody who looks at a page. */
export type Visitor = Pick<AccountFacts, 'id' | 'address' | 'epoch'> & {
  /** The address of the page. */
  path: string;
  /** Whether this browser may create a passkey by itself now. The page that asks has it, and no later one. */
  takeUpgradeOffer: () => boolean;
  /** How many recovery codes are left, where one has just been used. The page that asks says so, and no later one. */
  takeCodesLeft: () => number | undefined;
};

/** The visitor of a page behind requireUser. */
export function visitorOf(ctx: AppContext): Visitor {
  const { id, address, epoch } = currentUser(ctx);
  return {
    id,
    address,
    epoch,
    path: ctx.path,
    // A form that comes back is no page of its own.
    takeUpgradeOffer: () => ctx.method !== 'POST' && (take(ctx, 'offersUpgrade') ?? false),
    takeCodesLeft: () => (ctx.method === 'POST' ? undefined : take(ctx, 'codesLeft')),
  };
}

/** The session of a route behind requireUser. */
export function sessionOf(ctx: AppContext): SessionData {
  const session = readSession(ctx);
  if (!session) throw new Error('this route is not behind requireUser');
  return session;
}

/** The person of a ceremony, and the sign-in in which it happens. */
export function personOf(ctx: AppContext): Person {
  const { id, address, epoch } = currentUser(ctx);
  return { id, email: addressWords(address), epoch, signInId: sessionOf(ctx).signInId };
}

/**
 * Whether a passkey that was created automatically counts in a step-up, beside the proof that has counted in this sign-in.
 * Where a second factor is asked for none does: whoever knew the password could have made it, and its owner would not hear
 * that it now counts.
 */
export function acceptsUnvouched(ctx: AppContext): boolean {
  return !asksSecondFactor(ctx) && sessionOf(ctx).authenticatedAt > 0;
}

/** Who asks in a route behind requireUser, and in which sign-in. */
export function requesterOf(ctx: AppContext): Requester {
  const { userId, signInId } = sessionOf(ctx);
  return { userId, signInId };
}

/** Where something is done, for an operation. */
export function sourceOf(ctx: AppContext): Source {
  return { ...eventSourceOf(ctx), device: describeDevice(ctx.get('User-Agent')) };
}

/** Where a request came from, for the log. */
export function eventSourceOf(ctx: AppContext) {
  const { address, requestId } = ctx.state;
  return { address, requestId };
}
