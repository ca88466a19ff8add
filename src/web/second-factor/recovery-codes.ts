/** Recovery codes: how many are left, and new ones, which are shown once. */
import type { Accounts } from '../../accounts/accounts.ts';
import type { Operations } from '../../operations/operations.ts';
import { paths, recoveryCodesPath } from '../../paths.ts';
import type { CodesCookie } from '../http/codes-cookie.ts';
import { comesBack } from '../http/comes-back.ts';
import { type AppContext, type AppRouter, asksSecondFactor, currentUser } from '../http/context.ts';
import { expectForm } from '../http/input.ts';
import { safeReturnTo, seeOther } from '../http/redirect.ts';
import { take } from '../http/session.ts';
import { requesterOf, sourceOf, visitorOf } from '../http/visitor.ts';
import { requireRecentProof } from '../middleware/require-recent-proof.ts';
import { newRecoveryCodesPage, recoveryCodesPage } from './recovery-codes-page.ts';

type Dependencies = {
  accounts: Accounts;
  operations: Operations;
  codes: CodesCookie;
  origin: string;
  secure: boolean;
};

/** GET and POST /settings/recovery-codes. */
export function recoveryCodesRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { accounts, operations, codes, origin, secure } = dependencies;
  const recentProof = requireRecentProof(secure);

  router.get(paths.recoveryCodes, recentProof, async (ctx) => {
    const { userId, signInId } = requesterOf(ctx);
    const made = (await codes.take(ctx, signInId)) ?? [];
    // Another browser may have replaced them meanwhile, or turned off what they are for.
    const working = made.length > 0 ? await accounts.workingRecoveryCodes(userId, made) : [];
    if (working.length === 0) return show(ctx, dependencies);
    const notice = take(ctx, 'flash') ?? '';
    ctx.render(newRecoveryCodesPage(visitorOf(ctx), working, notice, returnToOf(ctx, origin)));
  });

  const back = comesBack((ctx, refusal) => show(ctx, dependencies, refusal));

  router.post(paths.recoveryCodes, recentProof, back, async (ctx) => {
    expectForm(ctx);
    const requester = requesterOf(ctx);
    const renewed = await operations.renewRecoveryCodes(requester, sourceOf(ctx));
    if (renewed) await codes.keep(ctx, renewed.codes, requester.signInId);
    const returnTo = returnToOf(ctx, origin);
    seeOther(ctx, returnTo === null ? paths.recoveryCodes : recoveryCodesPath(returnTo));
  });
}

/** Where whoever was led here wanted to go; null for whoever came by themselves. */
function returnToOf({ query }: AppContext, origin: string): string | null {
  return query.return_to === undefined ? null : safeReturnTo(query.return_to, origin);
}

async function show(ctx: AppContext, { accounts, origin }: Dependencies, problem = ''): Promise<void> {
  const left = asksSecondFactor(ctx) ? await accounts.recoveryCodesLeft(currentUser(ctx).id) : null;
  ctx.render(recoveryCodesPage(visitorOf(ctx), { left, returnTo: returnToOf(ctx, origin), problem }));
}
