/**
 * Deleting one's account: at once and for good here, at the passkey service now or when it answers again, and in the
 * password manager by the goodbye page.
 */
import * as z from 'zod';
import { emailAddress } from '../../accounts/email-address.ts';
import type { Operations } from '../../operations/operations.ts';
import { paths } from '../../paths.ts';
import { type AppRouter, currentUser } from '../http/context.ts';
import { departed, rememberDeparture } from '../http/goodbye-cookie.ts';
import { parseForm, typedEmail } from '../http/input.ts';
import { seeOther } from '../http/redirect.ts';
import { dropSession } from '../http/session.ts';
import { placeOf, requesterOf, visitorOf } from '../http/visitor.ts';
import { requireRecentProof } from '../middleware/require-recent-proof.ts';
import { notYourAddress } from './account-words.ts';
import { deleteAccountPage, goodbyePage } from './data-page.ts';

type Dependencies = { operations: Operations; rpId: string; secure: boolean };

const deleteForm = z.object({ email: emailAddress });

/** GET and POST /settings/account/delete, behind requireUser. */
export function accountDeletionRoutes(router: AppRouter, { operations, secure }: Dependencies): void {
  const recentProof = requireRecentProof(secure);

  router.get(paths.deleteAccount, recentProof, (ctx) => ctx.render(deleteAccountPage(visitorOf(ctx))));

  router.post(paths.deleteAccount, recentProof, async (ctx) => {
    const form = parseForm(ctx, deleteForm);
    if (form.data?.email !== currentUser(ctx).email) {
      ctx.status = 422;
      ctx.render(deleteAccountPage(visitorOf(ctx), typedEmail(ctx), notYourAddress));
      return;
    }
    await operations.deleteAccount(requesterOf(ctx), placeOf(ctx));
    dropSession(ctx);
    rememberDeparture(ctx, currentUser(ctx).id, secure);
    ctx.set('Clear-Site-Data', '"cache"');
    seeOther(ctx, paths.goodbye);
  });
}

/** GET /goodbye, once, for whoever has just left. */
export function goodbyeRoutes(router: AppRouter, { rpId, secure }: Dependencies): void {
  router.get(paths.goodbye, (ctx) => {
    const userId = departed(ctx, secure);
    if (userId === null) return seeOther(ctx, paths.login);
    ctx.render(goodbyePage(rpId, Buffer.from(userId, 'utf8').toString('base64url')));
  });
}
