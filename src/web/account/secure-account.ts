/** "This wasn't me": the link in a letter about a change. Looking changes nothing; the button secures the account. */
import type { Database } from '../../db/database.ts';
import type { Operations } from '../../operations/operations.ts';
import { openLockdown } from '../../operations/secure-account.ts';
import { patterns } from '../../paths.ts';
import type { AppMiddleware, AppRouter } from '../http/context.ts';
import { expectForm } from '../http/input.ts';
import { sourceOf } from '../http/visitor.ts';
import { lockdownPage } from '../links/mailed-link-page.ts';
import { limitUnlessOpen, linkGone, tokenOf } from '../links/mailed-token.ts';
import { securedPage } from './secured-page.ts';

type Dependencies = { db: Database; operations: Operations; formLimit: AppMiddleware };

/** GET and POST /account/lockdown/:token. */
export function secureAccountRoutes(router: AppRouter, { db, operations, formLimit }: Dependencies): void {
  router.get(patterns.lockdown, async (ctx) => {
    const token = tokenOf(ctx);
    const found = await openLockdown(db, token);
    if (found) ctx.render(lockdownPage(token, found.moment, found));
    else linkGone(ctx, 'lockdown');
  });

  const unlessOpen = limitUnlessOpen((token) => openLockdown(db, token), formLimit);

  router.post(patterns.lockdown, unlessOpen, async (ctx) => {
    expectForm(ctx);
    const secured = await operations.secureAccount(tokenOf(ctx), sourceOf(ctx));
    if (secured) ctx.render(securedPage(secured));
    else linkGone(ctx, 'lockdown');
  });
}
