/** Whose account has just been deleted in this browser: for one page, so that the password manager can be told. */
import type { AppContext } from './context.ts';
import { clearCookie, readCookie, setCookie } from './cookies.ts';

const lifetime = 5 * 60_000;

export function rememberDeparture(ctx: AppContext, userId: string, secure: boolean): void {
  const value = `${Date.now() + lifetime}.${userId}`;
  setCookie(ctx, 'goodbye', value, secure, { sameSite: 'lax', maxAge: lifetime });
}

/** The id of the account that was deleted, or null; it is there once. */
export function departed(ctx: AppContext, secure: boolean): string | null {
  const [expiresAt, userId] = readCookie(ctx, 'goodbye', secure)?.split('.') ?? [];
  if (!userId) return null;
  clearCookie(ctx, 'goodbye', secure);
  return Number(expiresAt) > Date.now() ? userId : null;
}
