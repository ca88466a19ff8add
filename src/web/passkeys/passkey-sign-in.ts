/** Signing in with a passkey: both stages. Opens the same session as a password does. */
import type { Accounts } from '../../accounts/accounts.ts';
import type { Operations } from '../../operations/operations.ts';
import type { Passkeys } from '../../passkeys/passkeys.ts';
import { paths, verifySignInPath } from '../../paths.ts';
import { arrive, browserOf } from '../http/arrival.ts';
import { readTickets, rememberTicket } from '../http/ceremony-cookie.ts';
import type { AppContext, AppMiddleware, AppRouter } from '../http/context.ts';
import { declinedLocalPasskey } from '../http/hint-cookies.ts';
import { rememberPending } from '../http/pending-cookie.ts';
import { safeReturnTo } from '../http/redirect.ts';
import { eventSourceOf, sourceOf } from '../http/visitor.ts';
import { parseCeremony } from './ceremony-request.ts';

type Dependencies = {
  accounts: Accounts;
  passkeys: Passkeys;
  operations: Operations;
  limit: AppMiddleware;
  origin: string;
  secure: boolean;
};

/** POST /api/passkeys/login. */
export function passkeySignInRoutes(router: AppRouter, dependencies: Dependencies): void {
  router.post(paths.passkeyLogin, dependencies.limit, async (ctx) => {
    const request = parseCeremony(ctx);
    ctx.set('Cache-Control', 'no-store');
    if (request.stage === 'start') await start(ctx, dependencies);
    else await finish(ctx, dependencies, request.credential, request.returnTo);
  });
}

async function start(ctx: AppContext, { passkeys, secure }: Dependencies): Promise<void> {
  const { options, ticket, expiresIn } = await passkeys.beginSignIn();
  rememberTicket(ctx, ticket, expiresIn, secure);
  ctx.body = { loginOptions: options, expiresIn };
}

async function finish(
  ctx: AppContext,
  dependencies: Dependencies,
  credential: unknown,
  returnTo: string | undefined,
): Promise<void> {
  const { accounts, passkeys, operations, origin, secure } = dependencies;
  const epochOf = async (userId: string) => (await accounts.find(userId))?.epoch ?? null;
  const identity = await passkeys.identify(credential, readTickets(ctx, secure), epochOf, eventSourceOf(ctx));
  const offersLocal = !declinedLocalPasskey(ctx, secure);
  const browser = browserOf(ctx, secure);
  const outcome = await operations.signInWithPasskey(identity, offersLocal, browser, sourceOf(ctx));
  if ('pending' in outcome) {
    rememberPending(ctx, outcome.pending, secure);
    ctx.body = { redirect: verifySignInPath(safeReturnTo(returnTo, origin)) };
    return;
  }
  ctx.body = { redirect: safeReturnTo(returnTo, origin) };
  arrive(ctx, outcome, secure);
}
