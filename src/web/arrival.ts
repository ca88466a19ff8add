/** What is written down when somebody has signed in, and who is told of it. The last but one act before the session. */
import type { User } from '../accounts/user.ts';
import { note, type Telling, tell } from './account-news.ts';
import type { AppContext } from './context.ts';
import { knownDevice, rememberDevice } from './device-cookie.ts';
import { type Method, rememberMethod } from './hint-cookies.ts';

/**
 * Notes a sign-in, and remembers the device and the method in this browser. The owner gets a letter when this device has
 * not been used for the account before, unless no device has.
 */
export async function noteArrival(
  ctx: AppContext,
  telling: Telling,
  user: User,
  method: Method,
  secure: boolean,
): Promise<void> {
  const happening = { event: 'signed_in', method } as const;
  const isNew = knownDevice(ctx, user.email, secure) === null;
  if (isNew && (await telling.activity.knows(user.id, 'signed_in')))
    await tell(ctx, telling, user, happening, { as: 'new_device' });
  else await note(ctx, telling, user.id, happening);
  rememberDevice(ctx, user.email, secure);
  rememberMethod(ctx, method, secure);
}
