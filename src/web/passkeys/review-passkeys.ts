/** After a recovery: the passkeys that are still there, to be looked through once. */
import * as z from 'zod';
import type { Accounts } from '../../accounts/accounts.ts';
import { AppError } from '../../errors.ts';
import type { Operations } from '../../operations/operations.ts';
import type { Passkeys } from '../../passkeys/passkeys.ts';
import { paths } from '../../paths.ts';
import { type AppContext, type AppRouter, asksSecondFactor, currentUser } from '../http/context.ts';
import { takeDraft } from '../http/draft-cookie.ts';
import { parseWholeForm } from '../http/input.ts';
import { seeOther } from '../http/redirect.ts';
import { leave, take } from '../http/session.ts';
import { requesterOf, sourceOf, visitorOf } from '../http/visitor.ts';
import { requireRecentProof } from '../middleware/require-recent-proof.ts';
import { passkeysChanged, reviewedWords, stillTicked } from './passkey-words.ts';
import { reviewPasskeysPage, shortNameOf, shownOf } from './review-passkeys-page.ts';

type Dependencies = { accounts: Accounts; passkeys: Passkeys; operations: Operations; secure: boolean };

/** Names of those that somebody does not know: none, one, or many of the same name. */
const reviewForm = z.object({
  unknown: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .transform((ids) => [ids ?? []].flat()),
});

/** GET and POST /settings/passkeys/review. */
export function reviewPasskeysRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { operations, passkeys, secure } = dependencies;
  const recentProof = requireRecentProof(secure, ['unknown']);

  router.get(paths.reviewPasskeys, recentProof, async (ctx) => {
    const ticked = takeDraft(ctx, secure)?.unknown?.split(' ');
    await show(ctx, dependencies, { ticked });
  });

  router.post(paths.reviewPasskeys, recentProof, async (ctx) => {
    const { unknown: ticked } = parseWholeForm(ctx, reviewForm);
    const listed = await passkeys.listFor(requesterOf(ctx).userId);
    if (ctx.query.shown !== shownOf(listed)) {
      ctx.status = 409;
      return show(ctx, dependencies, { ticked, problem: passkeysChanged });
    }
    const unknown = listed.filter(({ id }) => ticked.includes(shortNameOf(id))).map(({ id }) => id);
    try {
      const reviewed = await operations.reviewPasskeys(requesterOf(ctx), unknown, sourceOf(ctx));
      leave(ctx, 'flash', reviewedWords(reviewed));
      seeOther(ctx, paths.dashboard);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'last_way_in') throw error;
      ctx.status = 409;
      await show(ctx, dependencies, { ticked, problem: error.message });
    }
  });
}

/** @param ticked what was ticked before the page came back */
async function show(
  ctx: AppContext,
  { accounts, passkeys }: Dependencies,
  { ticked, problem = '' }: { ticked?: string[] | undefined; problem?: string },
): Promise<void> {
  const visitor = visitorOf(ctx);
  const listed = await passkeys.listFor(visitor.id);
  if (listed.length === 0) return seeOther(ctx, paths.dashboard);
  const left = take(ctx, 'flash') ?? '';
  const notice = ticked && !problem ? stillTicked : left;
  const codesLeft = asksSecondFactor(ctx) ? await accounts.recoveryCodesLeft(visitor.id) : 0;
  const held = currentUser(ctx).passkeysHeldSince !== null;
  ctx.render(reviewPasskeysPage(visitor, listed, { notice, problem, ticked: ticked ?? [], codesLeft, held }));
}
