/** After a recovery: the passkeys that are still there, to be looked through once. */
import { z } from 'zod';
import { AppError } from '../../errors.ts';
import type { Operations } from '../../operations/operations.ts';
import type { Passkeys } from '../../passkeys/passkeys.ts';
import { paths } from '../../paths.ts';
import type { AppContext, AppRouter } from '../http/context.ts';
import { parseForm } from '../http/input.ts';
import { seeOther } from '../http/redirect.ts';
import { leave, take } from '../http/session.ts';
import { askingOf, placeOf, visitorOf } from '../http/visitor.ts';
import { requireRecentProof } from '../middleware/require-recent-proof.ts';
import { reviewPasskeysPage } from './review-passkeys-page.ts';

type Dependencies = { passkeys: Passkeys; operations: Operations; secure: boolean };

/** The ids of those that somebody does not know: none, one, or many of the same name. */
const reviewForm = z.object({
  unknown: z
    .union([z.string(), z.array(z.string())])
    .optional()
    .transform((ids) => [ids ?? []].flat()),
});

/** GET and POST /settings/passkeys/review. */
export function reviewPasskeysRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { operations, secure } = dependencies;
  const recentProof = requireRecentProof(secure);

  router.get(paths.reviewPasskeys, recentProof, (ctx) => show(ctx, dependencies));

  router.post(paths.reviewPasskeys, recentProof, async (ctx) => {
    const { data } = parseForm(ctx, reviewForm);
    try {
      const deleted = await operations.reviewPasskeys(askingOf(ctx), data?.unknown ?? [], placeOf(ctx));
      leave(ctx, 'flash', reviewedWords(deleted));
      seeOther(ctx, paths.dashboard);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'last_way_in') throw error;
      ctx.status = 409;
      await show(ctx, dependencies, error.message);
    }
  });
}

async function show(ctx: AppContext, { passkeys }: Dependencies, problem = ''): Promise<void> {
  const visitor = visitorOf(ctx);
  const listed = await passkeys.listFor(visitor.id);
  ctx.render(reviewPasskeysPage(visitor, listed, { notice: take(ctx, 'flash') ?? '', problem }));
}

function reviewedWords(deleted: number): string {
  if (deleted === 0) return 'Thank you. Your passkeys work again.';
  return deleted === 1 ? 'One passkey is deleted.' : `${deleted} passkeys are deleted.`;
}
