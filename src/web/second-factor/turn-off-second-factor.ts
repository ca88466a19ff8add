/** Turning the passkey after the password off: a small page that asks first. */
import * as z from 'zod';
import type { Operations } from '../../operations/operations.ts';
import { paths } from '../../paths.ts';
import { type AppRouter, currentUser } from '../http/context.ts';
import { parseForm } from '../http/input.ts';
import { seeOther } from '../http/redirect.ts';
import { leave } from '../http/session.ts';
import { placeOf, requesterOf, visitorOf } from '../http/visitor.ts';
import { requireRecentProof } from '../middleware/require-recent-proof.ts';
import { turnOffSecondFactorPage } from './second-factor-page.ts';
import { turnedOff } from './second-factor-words.ts';

type Dependencies = { operations: Operations; secure: boolean };

/** Nothing is asked, but it must be a form. */
const disableForm = z.object({});

/** GET and POST /settings/two-factor/disable. */
export function turnOffSecondFactorRoutes(router: AppRouter, { operations, secure }: Dependencies): void {
  const recentProof = requireRecentProof(secure);

  router.get(paths.turnOffSecondFactor, recentProof, (ctx) => {
    if (currentUser(ctx).secondFactorSince === null) return seeOther(ctx, paths.secondFactor);
    ctx.render(turnOffSecondFactorPage(visitorOf(ctx)));
  });

  router.post(paths.turnOffSecondFactor, recentProof, async (ctx) => {
    parseForm(ctx, disableForm);
    const outcome = await operations.turnOffSecondFactor(requesterOf(ctx), null, placeOf(ctx));
    if (outcome === 'off') leave(ctx, 'flash', turnedOff);
    seeOther(ctx, paths.secondFactor);
  });
}
