/** Creating a passkey: both stages, for whoever is signed in. */
import type { Passkeys } from '../../passkeys/passkeys.ts';
import { readTickets, rememberTicket } from '../ceremony-cookie.ts';
import { type AppContext, type AppMiddleware, type AppRouter, currentUser } from '../context.ts';
import { describeDevice } from '../device.ts';
import { passkeySavedNotice } from '../pages/dashboard-page.ts';
import { paths } from '../paths.ts';
import { flash, readSession } from '../session.ts';
import { parseCeremony } from './ceremony-request.ts';

type Dependencies = { passkeys: Passkeys; limit: AppMiddleware; secure: boolean };

/** POST /api/passkeys/register. */
export function passkeyRegistrationRoutes(router: AppRouter, dependencies: Dependencies): void {
  router.post(paths.passkeyRegistration, dependencies.limit, async (ctx) => {
    const request = parseCeremony(ctx);
    ctx.set('Cache-Control', 'no-store');
    if (request.stage === 'start') await start(ctx, dependencies);
    else await finish(ctx, dependencies, request.credential);
  });
}

async function start(ctx: AppContext, { passkeys, secure }: Dependencies): Promise<void> {
  const { address, requestId } = ctx.state;
  const { options, ticket, expiresIn } = await passkeys.beginRegistration(registrant(ctx), {
    address,
    requestId,
  });
  rememberTicket(ctx, ticket, expiresIn, secure);
  ctx.body = { createOptions: options, expiresIn };
}

async function finish(
  ctx: AppContext,
  { passkeys, secure }: Dependencies,
  credential: unknown,
): Promise<void> {
  const device = describeDevice(ctx.get('User-Agent'));
  const tickets = readTickets(ctx, secure);
  const { address, requestId } = ctx.state;
  const source = { address, requestId };
  const { id, name } = await passkeys.register(registrant(ctx), credential, tickets, device, source);
  flash(ctx, passkeySavedNotice(name));
  ctx.body = { redirect: paths.dashboard, passkey: { id, name } };
}

function registrant(ctx: AppContext) {
  return { ...currentUser(ctx), signInId: readSession(ctx)?.signInId ?? '' };
}
