/** Proving once more who one is, with a passkey: both stages. The session stays the same, under another id. */
import type { Operations } from '../../operations/operations.ts';
import type { Passkeys } from '../../passkeys/passkeys.ts';
import { paths } from '../../paths.ts';
import { readTickets, rememberTicket } from '../http/ceremony-cookie.ts';
import type { AppContext, AppMiddleware, AppRouter } from '../http/context.ts';
import { safeReturnTo } from '../http/redirect.ts';
import { continueSession, currentSession } from '../http/session.ts';
import { acceptsUnvouched, eventSourceOf, personOf, sourceOf } from '../http/visitor.ts';
import { parseCeremony } from './ceremony-request.ts';

type Dependencies = {
  passkeys: Passkeys;
  operations: Operations;
  limit: AppMiddleware;
  origin: string;
  secure: boolean;
};

/** POST /api/passkeys/reauth. */
export function passkeyReauthRoutes(router: AppRouter, dependencies: Dependencies): void {
  router.post(paths.passkeyReauth, dependencies.limit, async (ctx) => {
    const request = parseCeremony(ctx);
    ctx.set('Cache-Control', 'no-store');
    if (request.stage === 'start') await start(ctx, dependencies);
    else await finish(ctx, dependencies, request.credential, request.returnTo);
  });
}

async function start(ctx: AppContext, { passkeys, secure }: Dependencies): Promise<void> {
  const { options, ticket, expiresIn } = await passkeys.beginStepUp(personOf(ctx), acceptsUnvouched(ctx));
  rememberTicket(ctx, ticket, expiresIn, secure);
  ctx.body = { loginOptions: options, expiresIn };
}

async function finish(
  ctx: AppContext,
  dependencies: Dependencies,
  credential: unknown,
  returnTo: string | undefined,
): Promise<void> {
  const { passkeys, operations, origin, secure } = dependencies;
  const tickets = readTickets(ctx, secure);
  const proof = await passkeys.stepUp(
    personOf(ctx),
    credential,
    tickets,
    acceptsUnvouched(ctx),
    eventSourceOf(ctx),
  );
  const { renamed } = await operations.confirmWithPasskey(currentSession(ctx), proof, sourceOf(ctx));
  ctx.body = { redirect: safeReturnTo(returnTo, origin) };
  continueSession(ctx, renamed);
}
