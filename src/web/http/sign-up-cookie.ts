/** The browser in which a sign-up began: whoever opens the link there need not choose a password again. */
import { randomBytes } from 'node:crypto';
import { tokenLifetime } from '../../lifetimes.ts';
import type { AppContext } from './context.ts';
import { clearCookie, readCookie, setCookie } from './cookies.ts';

/** The secret of this browser, or null when no sign-up is under way here. */
export function signUpBrowser(ctx: AppContext, secure: boolean): string | null {
  return readCookie(ctx, 'signUp', secure) ?? null;
}

/**
 * Gives this browser a new secret, for each sign-up: on a shared computer the one before may be somebody else's. It comes
 * back with the first request after a link in a mail, hence "lax".
 */
export function rememberSignUp(ctx: AppContext, secure: boolean): string {
  const secret = randomBytes(32).toString('base64url');
  setCookie(ctx, 'signUp', secret, secure, {
    sameSite: 'lax',
    maxAge: tokenLifetime['pending-sign-up'],
  });
  return secret;
}

export function forgetSignUp(ctx: AppContext, secure: boolean): void {
  clearCookie(ctx, 'signUp', secure);
}
