/** Whose account has just been deleted in this browser: for one page, so that the password manager can be told. */
import type { AppContext } from './context.ts';

const lifetime = 5 * 60_000;

export function rememberDeparture(ctx: AppContext, userId: string, secure: boolean): void {
  const value = `${Date.now() + lifetime}.${userId}`;
  ctx.cookies.set(cookieName(secure), value, { ...attributes(secure), maxAge: lifetime });
}

/** The id of the account that was deleted, or null; it is there once. */
export function departed(ctx: AppContext, secure: boolean): string | null {
  const [expiresAt, userId] = ctx.cookies.get(cookieName(secure), { signed: true })?.split('.') ?? [];
  if (!userId) return null;
  ctx.cookies.set(cookieName(secure), null, attributes(secure));
  return Number(expiresAt) > Date.now() ? userId : null;
}

function attributes(secure: boolean) {
  return { signed: true, httpOnly: true, sameSite: 'lax', secure, path: '/', overwrite: true } as const;
}

function cookieName(secure: boolean): string {
  return secure ? '__Host-goodbye' : 'goodbye';
}
