/**
 * A device that has signed in before (OWASP device cookies): its tries are counted apart, so that a stranger who
 * guesses at an account slows down strangers only.
 */
import { createHash, randomBytes } from 'node:crypto';
import type { AppContext } from './context.ts';

const lifetime = 365 * 24 * 3_600_000;

/** The name under which this device's tries at this account are counted, or null for a device that nobody knows. */
export function knownDevice(ctx: AppContext, email: string, secure: boolean): string | null {
  const [account, nonce] = ctx.cookies.get(cookieName(secure), { signed: true })?.split('.') ?? [];
  return nonce && account === accountHash(email) ? nonce : null;
}

/** Remembers that this device has signed in to this account. */
export function rememberDevice(ctx: AppContext, email: string, secure: boolean): void {
  const nonce = knownDevice(ctx, email, secure) ?? randomBytes(16).toString('base64url');
  ctx.cookies.set(cookieName(secure), `${accountHash(email)}.${nonce}`, {
    signed: true,
    httpOnly: true,
    sameSite: 'strict',
    secure,
    path: '/',
    maxAge: lifetime,
    overwrite: true,
  });
}

function accountHash(email: string): string {
  return createHash('sha256').update(email).digest('base64url');
}

function cookieName(secure: boolean): string {
  return secure ? '__Host-device' : 'device';
}
