/** The browser of a pending sign-in: a secret that opens nothing but the second step. Knows no sign-in. */
import type { OpenedPending } from '../../operations/pending-sign-in.ts';
import type { AppContext } from './context.ts';
import { clearCookie, readCookie, setCookie } from './cookies.ts';
import { dropSession } from './session.ts';

/**
 * Milliseconds, longer than a sign-in waits, which its row says: whoever comes back too late is told so, and not met as
 * somebody who never began.
 */
const remembered = 60 * 60_000;

/** The secret of this browser, or null when no sign-in is pending here. */
export function pendingSignIn(ctx: AppContext, secure: boolean): string | null {
  return readCookie(ctx, 'pending', secure) ?? null;
}

/** Keeps it for the second step. The session that this browser had before has ended with the first one. */
export function rememberPending(ctx: AppContext, { id }: OpenedPending, secure: boolean): void {
  setCookie(ctx, 'pending', id, secure, { sameSite: 'strict', maxAge: remembered });
  if (ctx.state.user) dropSession(ctx);
}

/** It has come to its end, one way or the other. */
export function forgetPending(ctx: AppContext, secure: boolean): void {
  if (pendingSignIn(ctx, secure) !== null) clearCookie(ctx, 'pending', secure);
}
