/** Creating a passkey: both stages, for whoever is signed in and has proved lately who they are. */
import type { Operations } from '../../operations/operations.ts';
import type { Passkeys } from '../../passkeys/passkeys.ts';
import { paths } from '../../paths.ts';
import { readTickets, rememberTicket } from '../http/ceremony-cookie.ts';
import { type AppContext, type AppMiddleware, type AppRouter, currentUser } from '../http/context.ts';
import { leave } from '../http/session.ts';
import { eventSourceOf, personOf, sessionOf, sourceOf } from '../http/visitor.ts';
import { requireRecentProof } from '../middleware/require-recent-proof.ts';
import { type CeremonyRequest, parseCeremony } from './ceremony-request.ts';
import { passkeySavedNotice } from './dashboard-page.ts';

type Dependencies = {
  passkeys: Passkeys;
  operations: Operations;
  limit: AppMiddleware;
  secure: boolean;
};

/** POST /api/passkeys/register. */
export function passkeyRegistrationRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { limit, secure } = dependencies;
  router.post(paths.passkeyRegistration, limit, requireRecentProof(secure), async (ctx) => {
    const request = parseCeremony(ctx);
    ctx.set('Cache-Control', 'no-store');
    if (request.stage === 'start') await start(ctx, dependencies, request);
    else await finish(ctx, dependencies, request.credential);
  });
}

async function start(
  ctx: AppContext,
  { passkeys, secure }: Dependencies,
  { conditional, hint }: Extract<CeremonyRequest, { stage: 'start' }>,
): Promise<void> {
  const source = eventSourceOf(ctx);
  const { options, ticket, expiresIn } = conditional
    ? await passkeys.beginUpgrade(personOf(ctx), permission(ctx), source)
    : await passkeys.beginRegistration(personOf(ctx), hint, source);
  rememberTicket(ctx, ticket, expiresIn, secure);
  ctx.body = { createOptions: options, expiresIn };
}

/**
 * Until when a passkey may be created automatically; 0 when its owner has turned that off since, in any browser, or trust
 * in the account has ended since the sign-in.
 */
function permission(ctx: AppContext): number {
  const { upgradeUntil: until = 0, epoch } = sessionOf(ctx);
  const account = currentUser(ctx);
  return account.automaticPasskeys && epoch === account.epoch ? until : 0;
}

async function finish(ctx: AppContext, dependencies: Dependencies, credential: unknown): Promise<void> {
  const { passkeys, operations, secure } = dependencies;
  const person = personOf(ctx);
  const place = sourceOf(ctx);
  const tickets = readTickets(ctx, secure);
  const passkey = await passkeys.register(person, credential, tickets, place.device, eventSourceOf(ctx));
  await operations.addPasskey(person, passkey, place);
  const { id, name, automatic } = passkey;
  // Whoever did not ask for it is told by the page that they look at, and interrupted by nothing.
  if (!automatic) {
    leave(ctx, 'flash', passkeySavedNotice(passkey));
    leave(ctx, 'created', id);
  }
  ctx.body = { redirect: paths.dashboard, passkey: { id, name } };
}
