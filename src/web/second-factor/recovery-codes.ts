/** Recovery codes: how many are left, and new ones, which are shown once. */
import * as z from 'zod';
import type { Accounts } from '../../accounts/accounts.ts';
import type { Operations } from '../../operations/operations.ts';
import { paths } from '../../paths.ts';
import type { CodesCookie } from '../http/codes-cookie.ts';
import { comesBack } from '../http/comes-back.ts';
import { type AppContext, type AppRouter, asksSecondFactor, currentUser } from '../http/context.ts';
import { parseForm } from '../http/input.ts';
import { seeOther } from '../http/redirect.ts';
import { take } from '../http/session.ts';
import { placeOf, requesterOf, visitorOf } from '../http/visitor.ts';
import { requireRecentProof } from '../middleware/require-recent-proof.ts';
import { newRecoveryCodesPage, recoveryCodesPage } from './recovery-codes-page.ts';

type Dependencies = {
  accounts: Accounts;
  operations: Operations;
  codes: CodesCookie;
  secure: boolean;
};

/** Nothing is asked, but it must be a form. */
const renewForm = z.object({});

/** GET and POST /settings/recovery-codes. */
export function recoveryCodesRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { operations, codes, secure } = dependencies;
  const recentProof = requireRecentProof(secure);

  router.get(paths.recoveryCodes, recentProof, async (ctx) => {
    const made = await codes.take(ctx, requesterOf(ctx).signInId);
    if (made) ctx.render(newRecoveryCodesPage(visitorOf(ctx), made, take(ctx, 'flash') ?? ''));
    else await show(ctx, dependencies);
  });

  const back = comesBack((ctx, refusal) => show(ctx, dependencies, refusal));

  router.post(paths.recoveryCodes, recentProof, back, async (ctx) => {
    parseForm(ctx, renewForm);
    const requester = requesterOf(ctx);
    const renewed = await operations.renewRecoveryCodes(requester, placeOf(ctx));
    if (renewed) await codes.keep(ctx, renewed.codes, requester.signInId);
    seeOther(ctx, paths.recoveryCodes);
  });
}

async function show(ctx: AppContext, { accounts }: Dependencies, problem = ''): Promise<void> {
  const left = asksSecondFactor(ctx) ? await accounts.recoveryCodesLeft(currentUser(ctx).id) : null;
  ctx.render(recoveryCodesPage(visitorOf(ctx), left, problem));
}
