/**
 * A device that has signed in before (OWASP device cookies): its tries are counted apart, so that a stranger who
 * guesses at an account slows down strangers only. It ends with the epoch of the account.
 * Must not know how tries are counted.
 */
import { createHash, randomBytes } from 'node:crypto';
import { isDeviceOf, type KnownDevice } from '../../accounts/sign-in-throttle.ts';
import type { User } from '../../accounts/user.ts';
import { knownDeviceLifetime } from '../../lifetimes.ts';
import type { AppContext } from './context.ts';
import { readCookie, setCookie } from './cookies.ts';

/** What this device remembers of accounts: asked by address, null for one that it has not signed in to. */
export function knownDevice(ctx: AppContext, secure: boolean): (email: string) => KnownDevice | null {
  const [address, userId, name, epoch] = readCookie(ctx, 'device', secure)?.split('.') ?? [];
  return (email) =>
    userId && name && address === hashOf(email) ? { userId, name, epoch: Number(epoch ?? -1) } : null;
}

/** Remembers that this device has signed in to this account. */
export function rememberDevice(ctx: AppContext, user: User, secure: boolean): void {
  const known = knownDevice(ctx, secure)(user.email);
  const name = known && isDeviceOf(known, user) ? known.name : randomBytes(16).toString('base64url');
  const value = `${hashOf(user.email)}.${user.id}.${name}.${user.epoch}`;
  setCookie(ctx, 'device', value, secure, { sameSite: 'strict', maxAge: knownDeviceLifetime });
}

function hashOf(email: string): string {
  return createHash('sha256').update(email).digest('base64url');
}
