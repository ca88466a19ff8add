/** Creating a passkey: both stages, for whoever is signed in and has proved lately who they are. */
import type { Accounts } from '../../accounts/accounts.ts';
import type { Passkeys } from '../../passkeys/passkeys.ts';
import { type Telling, tell } from '../account-news.ts';
import { readTickets, rememberTicket } from '../ceremony-cookie.ts';
import { type AppContext, type AppMiddleware, type AppRouter, currentUser } from '../context.ts';
import { describeDevice } from '../device.ts';
import { requireRecentProof } from '../middleware/require-recent-proof.ts';
import { passkeySavedNotice } from '../pages/dashboard-page.ts';
import { paths } from '../paths.ts';
import { leave } from '../session.ts';
import { personOf, sessionOf, sourceOf } from '../visitor.ts';
import { type CeremonyRequest, parseCeremony } from './ceremony-request.ts';

type Dependencies = Telling & {
  accounts: Accounts;
  passkeys: Passkeys;
  limit: AppMiddleware;
  secure: boolean;
};

/** POST /api/passkeys/register. */
export function passkeyRegistrationRoutes(router: AppRouter, dependencies: Dependencies): void {
  router.post(paths.passkeyRegistration, dependencies.limit, requireRecentProof(), async (ctx) => {
    const request = parseCeremony(ctx);
    ctx.set('Cache-Control', 'no-store');
    if (request.stage === 'start') await start(ctx, dependencies, request);
    else await finish(ctx, dependencies, request.credential);
  });
}

async function start(
  ctx: AppContext,
  { accounts, passkeys, secure }: Dependencies,
  { conditional, hint }: Extract<CeremonyRequest, { stage: 'start' }>,
): Promise<void> {
  const source = sourceOf(ctx);
  const { options, ticket, expiresIn } = conditional
    ? await passkeys.beginUpgrade(personOf(ctx), await permission(ctx, accounts), source)
    : await passkeys.beginRegistration(personOf(ctx), hint, source);
  rememberTicket(ctx, ticket, expiresIn, secure);
  ctx.body = { createOptions: options, expiresIn };
}

/** Until when a passkey may be created automatically; 0 when its owner has turned that off since, in any browser. */
async function permission(ctx: AppContext, accounts: Accounts): Promise<number> {
  const { upgradeUntil: until = 0 } = sessionOf(ctx);
  return (await accounts.allowsAutomaticPasskeys(currentUser(ctx).id)) ? until : 0;
}

async function finish(ctx: AppContext, dependencies: Dependencies, credential: unknown): Promise<void> {
  const { accounts, passkeys, secure } = dependencies;
  const { id, name, automatic } = await passkeys.register(
    personOf(ctx),
    credential,
    readTickets(ctx, secure),
    describeDevice(ctx.get('User-Agent')),
    () => accounts.allowsAutomaticPasskeys(currentUser(ctx).id),
    sourceOf(ctx),
  );
  const as = automatic ? 'passkey_added_automatically' : 'passkey_added';
  const happening = { event: 'passkey_added', detail: name } as const;
  await tell(ctx, dependencies, currentUser(ctx), happening, { as, undo: { passkey: id } });
  // Whoever did not ask for it is told by the page that they look at, and interrupted by nothing.
  if (!automatic) {
    leave(ctx, 'flash', passkeySavedNotice(name));
    leave(ctx, 'created', id);
  }
  ctx.body = { redirect: paths.dashboard, passkey: { id, name } };
}
