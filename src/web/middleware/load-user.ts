/** Who is signed in, read on each request: an account that is gone has no session, whatever its cookie says. */
import type { Accounts } from '../../accounts/accounts.ts';
import type { AppMiddleware } from '../context.ts';
import { endSession, readSession } from '../session.ts';

export function loadUser(accounts: Accounts): AppMiddleware {
  return async (ctx, next) => {
    const session = readSession(ctx);
    if (session) {
      const user = await accounts.find(session.userId);
      if (user) ctx.state.user = user;
      else endSession(ctx);
    }
    return next();
  };
}
