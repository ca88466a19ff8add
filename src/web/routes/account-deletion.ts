/**
 * Deleting one's account: at once and for good here, at the passkey service now or when it answers again, and in the
 * password manager by the goodbye page.
 */
import { z } from 'zod';
import type { Accounts } from '../../accounts/accounts.ts';
import { emailAddress, type User } from '../../accounts/user.ts';
import type { Database } from '../../db/database.ts';
import { type Logger, logEvent, pseudonym } from '../../logger.ts';
import type { Passkeys } from '../../passkeys/passkeys.ts';
import { type AppContext, type AppRouter, currentUser } from '../context.ts';
import { departed, rememberDeparture } from '../goodbye-cookie.ts';
import { parseForm } from '../input.ts';
import type { Post } from '../letters/letter.ts';
import { requireRecentProof } from '../middleware/require-recent-proof.ts';
import { deleteAccountPage, goodbyePage } from '../pages/data-page.ts';
import { paths } from '../paths.ts';
import { seeOther } from '../redirect.ts';
import { dropSession } from '../session.ts';
import { sourceOf, visitorOf } from '../visitor.ts';

type Dependencies = {
  db: Database;
  accounts: Accounts;
  passkeys: Passkeys;
  post: Post;
  logger: Logger;
  rpId: string;
  secure: boolean;
};

const deleteForm = z.object({ email: emailAddress });
const typed = z.object({ email: z.string().max(1_000).catch('') });

/** GET and POST /settings/account/delete, behind requireUser. */
export function accountDeletionRoutes(router: AppRouter, dependencies: Dependencies): void {
  const recentProof = requireRecentProof();

  router.get(paths.deleteAccount, recentProof, (ctx) => ctx.render(deleteAccountPage(visitorOf(ctx))));

  router.post(paths.deleteAccount, recentProof, async (ctx) => {
    const form = parseForm(ctx, deleteForm);
    if (form.data?.email !== currentUser(ctx).email) {
      ctx.status = 422;
      const { email } = typed.parse(ctx.request.body);
      ctx.render(deleteAccountPage(visitorOf(ctx), email, 'This is not the address of your account.'));
      return;
    }
    await remove(ctx, dependencies);
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

/** Whoever presses the button twice leaves once, and gets the same answer twice. */
async function remove(ctx: AppContext, dependencies: Dependencies): Promise<void> {
  const { db, accounts, passkeys, logger, secure } = dependencies;
  const { id } = currentUser(ctx);
  const removed = await db.transaction(async (trx) => {
    if (!(await accounts.remove(id, trx))) return false;
    await passkeys.noteErasure(id, trx);
    return true;
  });
  dropSession(ctx);
  rememberDeparture(ctx, id, secure);
  if (!removed) return;
  logEvent(logger, 'account_deleted', { outcome: 'changed', user: pseudonym(id), ...sourceOf(ctx) });
  await follow(dependencies, currentUser(ctx));
}

/** The account is gone by now: what fails here is no reason to say that it is not. */
async function follow({ passkeys, post, logger }: Dependencies, { id, email }: User): Promise<void> {
  const done = await Promise.allSettled([post({ kind: 'account-deleted', to: email }), passkeys.erase(id)]);
  for (const step of done)
    if (step.status === 'rejected') logger.error({ err: step.reason }, 'after an account was deleted');
}
