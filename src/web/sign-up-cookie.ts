/** The browser in which a sign-up began: whoever opens the link there need not type the password again. */
import { randomBytes } from 'node:crypto';
import { signUpLifetime } from '../accounts/sign-ups.ts';
import type { AppContext } from './context.ts';

/** The secret of this browser, or null when no sign-up is under way here. */
export function signUpBrowser(ctx: AppContext, secure: boolean): string | null {
  return ctx.cookies.get(cookieName(secure), { signed: true }) ?? null;
}

/** Gives this browser a new secret. It comes back with the first request after a link in a mail, hence "lax". */
export function rememberSignUp(ctx: AppContext, secure: boolean): string {
  const secret = randomBytes(32).toString('base64url');
  const cookie = {
    signed: true,
    httpOnly: true,
    sameSite: 'lax',
    secure,
    path: '/',
    overwrite: true,
  } as const;
  ctx.cookies.set(cookieName(secure), secret, { ...cookie, maxAge: signUpLifetime });
  return secret;
}

export function forgetSignUp(ctx: AppContext, secure: boolean): void {
  ctx.cookies.set(cookieName(secure), null, { signed: true, secure, path: '/', overwrite: true });
}

function cookieName(secure: boolean): string {
  return secure ? '__Host-signup' : 'signup';
}
