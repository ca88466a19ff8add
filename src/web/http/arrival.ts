/** What every sign-in needs of its browser, and leaves in it. Knows no way to sign in. */
import type { Browser, SignedIn } from '../../operations/enter.ts';
import type { AppContext } from './context.ts';
import { knownDevice, rememberDevice } from './device-cookie.ts';
import { rememberMethod } from './hint-cookies.ts';
import { forgetPending } from './pending-cookie.ts';
import { requesterIn, startSession } from './session.ts';

/** What an operation needs to know of the browser in which somebody signs in. */
export function browserOf(ctx: AppContext, secure: boolean): Browser {
  return { deviceFor: knownDevice(ctx, secure), former: requesterIn(ctx) };
}

/** Somebody is in. Must be the last act before the answer, as {@link startSession}. */
export function arrive(ctx: AppContext, { user, session }: SignedIn, secure: boolean): void {
  const { method } = session.data;
  rememberDevice(ctx, user, secure);
  if (method !== 'email') rememberMethod(ctx, method, secure);
  forgetPending(ctx, secure);
  startSession(ctx, session);
}
