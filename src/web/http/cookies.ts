/** Every cookie of this application: what it is called, and what all of them have in common. Knows no value of one. */
import { brand } from '../../brand.ts';
import type { AppContext } from './context.ts';

/** What a cookie is for. */
const names = {
  session: 'session',
  /** A device that has signed in before. */
  device: 'device',
  /** What a form said when it was interrupted. */
  draft: 'draft',
  /** A sign-in whose second factor is still due. */
  pending: 'pending',
  /** The tickets of ceremonies under way. */
  ceremony: 'ceremony',
  /** The browser in which a sign-up began. */
  signUp: 'signup',
  /** Whose account has just been deleted. */
  goodbye: 'goodbye',
  /** Recovery codes on their way to the page that shows them. */
  codes: 'codes',
  lastMethod: 'last_method',
  localPasskey: 'local_passkey',
} as const;

export type CookieName = keyof typeof names;

type Kept = {
  sameSite: 'lax' | 'strict';
  /** False for a few words that identify nobody, and by which nothing is decided. */
  signed?: boolean;
  /** Milliseconds. */
  maxAge: number;
};

/**
 * What all cookies of one copy of this application begin with. A browser sends a cookie to every port of its host
 * (RFC 6265, section 8.5), also with https, so that copies which differ in their port would sign each other out.
 */
export function cookiePrefix(origin: string): string {
  const { port } = new URL(origin);
  return port === '' ? `${brand.slug}-` : `${brand.slug}-${port}-`;
}

/** Over https a cookie is bound to this host and to no other of its domain (RFC 6265bis, section 4.1.3.2). */
export function cookieName(prefix: string, name: CookieName, secure: boolean): string {
  const own = prefix + names[name];
  return secure ? `__Host-${own}` : own;
}

/** @returns undefined when there is none, or its signature is not ours */
export function readCookie(
  ctx: AppContext,
  name: CookieName,
  secure: boolean,
  signed = true,
): string | undefined {
  return ctx.cookies.get(cookieName(ctx.cookiePrefix, name, secure), { signed });
}

export function setCookie(
  ctx: AppContext,
  name: CookieName,
  value: string,
  secure: boolean,
  { sameSite, signed = true, maxAge }: Kept,
): void {
  const attributes = { httpOnly: true, sameSite, signed, secure, path: '/', maxAge, overwrite: true };
  ctx.cookies.set(cookieName(ctx.cookiePrefix, name, secure), value, attributes);
}

export function clearCookie(ctx: AppContext, name: CookieName, secure: boolean): void {
  ctx.cookies.set(cookieName(ctx.cookiePrefix, name, secure), null, {
    signed: true,
    secure,
    path: '/',
    overwrite: true,
  });
}
