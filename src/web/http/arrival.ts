/** What every sign-in needs of its browser, and leaves in it. Knows no way to sign in. */
import type { Browser, SignedIn } from '../../operations/enter.ts';
import { recoveryCodesPath } from '../../paths.ts';
import type { AppContext } from './context.ts';
import { knownDevice, rememberDevice } from './device-cookie.ts';
import { rememberMethod } from './hint-cookies.ts';
import { forgetPending } from './pending-cookie.ts';
import { readSession, requesterOrNull, startSession } from './session.ts';

/** What an operation needs to know of the browser in which somebody signs in. */
export function browserOf(ctx: AppContext, secure: boolean): Browser {
  return { deviceFor: knownDevice(ctx, secure), former: requesterOrNull(ctx) };
}

/**
 * Where whoever has proved who they are goes on. Whoever used their last recovery code for that is led to new ones before:
 * without a passkey at hand they could not come in again.
 *
 * @param returnTo where they wanted to go; a path of this origin
 * @param codesLeft undefined where none was used
 */
export function pathAfterProof(returnTo: string, codesLeft: number | undefined): string {
  return codesLeft === 0 ? recoveryCodesPath(returnTo) : returnTo;
}

/**
 * The same for whoever is in already: they come back, or post once more what brought them in, such as by a double click.
 *
 * @returns null for a guest
 */
export function pathIfSignedIn(ctx: AppContext, returnTo: string): string | null {
  const session = readSession(ctx);
  return session && pathAfterProof(returnTo, session.codesLeft);
}

/** Somebody is in. Must be the last act before the answer, as {@link startSession}. */
export function arrive(ctx: AppContext, { user, session }: SignedIn, secure: boolean): void {
  const { method } = session.data;
  rememberDevice(ctx, user, secure);
  if (method !== 'email') rememberMethod(ctx, method, secure);
  forgetPending(ctx, secure);
  startSession(ctx, session);
}
