/**
 * Adding a security key for the step after the password: both stages, for whoever is asked for that step and has passed it
 * lately. Before it is on there is nothing here: the password alone would let in whose key it was.
 */
import { nothingThere } from '../../errors.ts';
import type { Operations } from '../../operations/operations.ts';
import type { Passkeys } from '../../passkeys/passkeys.ts';
import { paths } from '../../paths.ts';
import { readTickets, rememberTicket } from '../http/ceremony-cookie.ts';
import { type AppContext, type AppMiddleware, type AppRouter, asksSecondFactor } from '../http/context.ts';
import { leave } from '../http/session.ts';
import { eventSourceOf, personOf, sourceOf } from '../http/visitor.ts';
import { requireRecentProof } from '../middleware/require-recent-proof.ts';
import { keySaved } from '../second-factor/second-factor-words.ts';
import { type CeremonyRequest, parseCeremony } from './ceremony-request.ts';

type Dependencies = {
  passkeys: Passkeys;
  operations: Operations;
  limit: AppMiddleware;
  secure: boolean;
};

/** POST /api/passkeys/mfa/register. */
export function secondFactorRegistrationRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { limit, secure } = dependencies;
  router.post(paths.secondFactorRegistration, limit, requireRecentProof(secure), async (ctx) => {
    const request = parseCeremony(ctx);
    if (!asksSecondFactor(ctx)) throw nothingThere();
    ctx.set('Cache-Control', 'no-store');
    if (request.stage === 'start') await start(ctx, dependencies, request);
    else await finish(ctx, dependencies, request.credential);
  });
}

async function start(
  ctx: AppContext,
  { passkeys, secure }: Dependencies,
  { hint }: Extract<CeremonyRequest, { stage: 'start' }>,
): Promise<void> {
  const begun = await passkeys.beginSecondFactorRegistration(personOf(ctx), hint, eventSourceOf(ctx));
  const { options, ticket, expiresIn } = begun;
  rememberTicket(ctx, ticket, expiresIn, secure);
  ctx.body = { createOptions: options, expiresIn };
}

async function finish(ctx: AppContext, dependencies: Dependencies, credential: unknown): Promise<void> {
  const { passkeys, operations, secure } = dependencies;
  const [person, place, tickets] = [personOf(ctx), sourceOf(ctx), readTickets(ctx, secure)];
  const { device } = place;
  const key = await passkeys.registerSecondFactor(person, credential, tickets, device, eventSourceOf(ctx));
  await operations.addPasskey(person, key, place);
  const { id, name } = key;
  leave(ctx, 'flash', keySaved);
  ctx.body = { redirect: paths.secondFactor, passkey: { id, name } };
}
