/** The passkey of the second step: both stages, for a sign-in that waits for it, and for nobody who is signed in. */
import type { Database } from '../../db/database.ts';
import { signedOut } from '../../errors.ts';
import type { Operations } from '../../operations/operations.ts';
import { openPending } from '../../operations/pending-sign-in.ts';
import type { Passkeys } from '../../passkeys/passkeys.ts';
import { paths } from '../../paths.ts';
import { arrive, browserOf } from '../http/arrival.ts';
import { readTickets, rememberTicket } from '../http/ceremony-cookie.ts';
import type { AppContext, AppMiddleware, AppRouter } from '../http/context.ts';
import { pendingSignIn } from '../http/pending-cookie.ts';
import { safeReturnTo } from '../http/redirect.ts';
import { eventSourceOf, sourceOf } from '../http/visitor.ts';
import { parseCeremony } from './ceremony-request.ts';

type Dependencies = {
  db: Database;
  passkeys: Passkeys;
  operations: Operations;
  limit: AppMiddleware;
  origin: string;
  secure: boolean;
};

/** POST /api/passkeys/mfa/login. */
export function secondFactorSignInRoutes(router: AppRouter, dependencies: Dependencies): void {
  router.post(paths.secondFactorLogin, dependencies.limit, async (ctx) => {
    const id = pendingSignIn(ctx, dependencies.secure);
    if (id === null) throw signedOut();
    const request = parseCeremony(ctx);
    ctx.set('Cache-Control', 'no-store');
    if (request.stage === 'start') await start(ctx, dependencies, id);
    else await finish(ctx, dependencies, id, request.credential, request.returnTo);
  });
}

async function start(ctx: AppContext, { db, passkeys, secure }: Dependencies, id: string): Promise<void> {
  const pending = await openPending(db, id);
  if (!pending) throw signedOut();
  const begun = await passkeys.beginSecondFactor(pending.person);
  const { options, ticket, expiresIn } = begun;
  rememberTicket(ctx, ticket, expiresIn, secure);
  ctx.body = { loginOptions: options, expiresIn };
}

async function finish(
  ctx: AppContext,
  { passkeys, operations, origin, secure }: Dependencies,
  id: string,
  credential: unknown,
  returnTo: string | undefined,
): Promise<void> {
  const tickets = readTickets(ctx, secure);
  const signedIn = await operations.completeWithPasskey(
    id,
    (person) => passkeys.secondFactor(person, credential, tickets, eventSourceOf(ctx)),
    browserOf(ctx, secure),
    sourceOf(ctx),
  );
  ctx.body = { redirect: safeReturnTo(returnTo, origin) };
  arrive(ctx, signedIn, secure);
}
