/** Deleting a passkey: a small page that asks first, so that it works without script. */
import * as z from 'zod';
import type { Accounts } from '../../accounts/accounts.ts';
import { AppError } from '../../errors.ts';
import type { Operations } from '../../operations/operations.ts';
import { codesWouldDo, otherWays, type Passkeys, waysIn } from '../../passkeys/passkeys.ts';
import { paths, patterns } from '../../paths.ts';
import { type AppContext, type AppRouter, asksSecondFactor, currentUser } from '../http/context.ts';
import { takeDraft } from '../http/draft-cookie.ts';
import { parseForm } from '../http/input.ts';
import { seeOther } from '../http/redirect.ts';
import { leave } from '../http/session.ts';
import { requesterOf, sourceOf, visitorOf } from '../http/visitor.ts';
import { requireRecentProof } from '../middleware/require-recent-proof.ts';
import { deletePasskeyPage } from './delete-passkey-page.ts';
import { passkeyIdOf } from './passkey-id.ts';
import { passkeyDeleted } from './passkey-words.ts';

type Dependencies = {
  accounts: Accounts;
  passkeys: Passkeys;
  operations: Operations;
  secure: boolean;
  /** Whether mail can be sent at all. */
  mail: boolean;
};

/** An unticked box is not sent at all. */
const deleteForm = z.object({ end_sessions: z.literal('yes').optional().catch(undefined) });

/** GET and POST /passkeys/:id/delete. */
export function deletePasskeyRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { operations, secure } = dependencies;
  const recentProof = requireRecentProof(secure, ['end_sessions']);

  router.get(patterns.deletePasskey, recentProof, async (ctx) => {
    const interrupted = takeDraft(ctx, secure);
    await show(ctx, dependencies, interrupted ? interrupted.end_sessions === 'yes' : true);
  });

  router.post(patterns.deletePasskey, recentProof, async (ctx) => {
    const endsSessions = parseForm(ctx, deleteForm).data?.end_sessions === 'yes';
    try {
      await operations.deletePasskey(requesterOf(ctx), passkeyIdOf(ctx), endsSessions, sourceOf(ctx));
      leave(ctx, 'flash', passkeyDeleted);
      seeOther(ctx, paths.dashboard);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'last_way_in') throw error;
      ctx.status = 409;
      await show(ctx, dependencies, endsSessions, true);
    }
  });
}

/** @param isLast it was refused, whatever the list says by now */
async function show(
  ctx: AppContext,
  dependencies: Dependencies,
  endsSessions: boolean,
  isLast = false,
): Promise<void> {
  const { accounts, passkeys, mail } = dependencies;
  const visitor = visitorOf(ctx);
  const id = passkeyIdOf(ctx);
  const passkey = await passkeys.find(visitor.id, id);
  const listed = await passkeys.listFor(visitor.id);
  const account = currentUser(ctx);
  const opening = await passkeys.thatOpenNow(visitor.id, listed, account.passkeysHeldSince);
  const codes = await accounts.recoveryCodesLeft(account.id);
  const others = otherWays(account, mail, codes, asksSecondFactor(ctx));
  const remaining = isLast
    ? { password: false, email: false, passkeys: 0, codesAlone: null }
    : waysIn(others, opening, id);
  const facts = { passkey, remaining, codesWouldDo: codesWouldDo(others), endsSessions };
  ctx.render(deletePasskeyPage(visitor, facts));
}
