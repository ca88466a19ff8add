/** Who is signed in, as pages and routes need to know it. Put together from account and session; decides nothing. */
import type { User } from '../accounts/user.ts';
import type { Person } from '../passkeys/passkeys.ts';
import { type AppContext, currentUser } from './context.ts';
import { readSession, type SessionData, take } from './session.ts';

/** Somebody who looks at a page. */
export type Visitor = User & {
  /** The address of the page. */
  path: string;
  /** This browser may create a passkey by itself now; said on one page alone. */
  mayUpgrade: boolean;
};

/** The visitor of a page behind requireUser. */
export function visitorOf(ctx: AppContext): Visitor {
  return {
    ...currentUser(ctx),
    path: ctx.path,
    // Used up when a page asks, and not before: what comes instead of a page leaves it for the next one. A form that
    // comes back is no page of its own.
    get mayUpgrade() {
      return ctx.method !== 'POST' && (take(ctx, 'offersUpgrade') ?? false);
    },
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
  return { ...currentUser(ctx), signInId: sessionOf(ctx).signInId };
}

/** Where a request came from, for the log. */
export function sourceOf(ctx: AppContext) {
  const { address, requestId } = ctx.state;
  return { address, requestId };
}
