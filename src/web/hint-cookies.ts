/**
 * What this browser remembers for its person's comfort: how they signed in last, and that they want no passkey on this
 * computer. The values are a few words that identify nobody, so they are not signed; nothing is decided by them.
 */
import type { AppContext } from './context.ts';

const lifetime = 365 * 24 * 3_600_000;

export type Method = 'password' | 'passkey';

/** How somebody signed in here last; null when that is not known. */
export function lastMethod(ctx: AppContext, secure: boolean): Method | null {
  const value = ctx.cookies.get(cookieName('last_method', secure), { signed: false });
  return value === 'password' || value === 'passkey' ? value : null;
}

export function rememberMethod(ctx: AppContext, method: Method, secure: boolean): void {
  remember(ctx, 'last_method', method, secure);
}

/** Whether somebody here wants no passkey on this computer. */
export function declinedLocalPasskey(ctx: AppContext, secure: boolean): boolean {
  return ctx.cookies.get(cookieName('local_passkey', secure), { signed: false }) === 'declined';
}

export function rememberDecline(ctx: AppContext, secure: boolean): void {
  remember(ctx, 'local_passkey', 'declined', secure);
}

function remember(ctx: AppContext, name: string, value: string, secure: boolean): void {
  ctx.cookies.set(cookieName(name, secure), value, {
    signed: false,
    httpOnly: true,
    sameSite: 'lax',
    secure,
    path: '/',
    maxAge: lifetime,
    overwrite: true,
  });
}

function cookieName(name: string, secure: boolean): string {
  return secure ? `__Host-${name}` : name;
}
