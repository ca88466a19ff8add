/**
 * What this browser remembers for its person's comfort: how they signed in last, and that they want no passkey on this
 * computer. The values are a few words that identify nobody, so they are not signed; nothing is decided by them.
 */
import type { AppContext } from './context.ts';
import { readCookie, setCookie } from './cookies.ts';

const kept = { sameSite: 'lax', signed: false, maxAge: 365 * 24 * 3_600_000 } as const;

export type Method = 'password' | 'passkey';

/** How somebody signed in here last; null when that is not known. */
export function lastMethod(ctx: AppContext, secure: boolean): Method | null {
  const value = readCookie(ctx, 'lastMethod', secure, false);
  return value === 'password' || value === 'passkey' ? value : null;
}

export function rememberMethod(ctx: AppContext, method: Method, secure: boolean): void {
  setCookie(ctx, 'lastMethod', method, secure, kept);
}

/** Whether somebody here wants no passkey on this computer. */
export function declinedLocalPasskey(ctx: AppContext, secure: boolean): boolean {
  return readCookie(ctx, 'localPasskey', secure, false) === 'declined';
}

export function rememberDecline(ctx: AppContext, secure: boolean): void {
  setCookie(ctx, 'localPasskey', 'declined', secure, kept);
}
