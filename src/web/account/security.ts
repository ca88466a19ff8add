/** The overview of how somebody gets in. Changes nothing; each change has a page of its own. */
import { otherWays, type Passkeys, waysIn } from '../../passkeys/passkeys.ts';
import { paths } from '../../paths.ts';
import { type AppRouter, currentUser } from '../http/context.ts';
import { seeOther } from '../http/redirect.ts';
import { take } from '../http/session.ts';
import { visitorOf } from '../http/visitor.ts';
import { securityPage } from './security-page.ts';

type Dependencies = { passkeys: Passkeys; mail: boolean; requiresSecondFactor?: boolean | undefined };

/** GET /settings, GET /settings/security. */
export function securityRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { passkeys, mail, requiresSecondFactor } = dependencies;
  router.get(paths.settings, (ctx) => seeOther(ctx, paths.security));

  router.get(paths.security, async (ctx) => {
    const visitor = visitorOf(ctx);
    const account = currentUser(ctx);
    const listed = await passkeys.listOrNull(visitor.id);
    const opening = listed && (await passkeys.openingNow(account.id, listed, account.passkeysHeldSince));
    const page = securityPage(visitor, {
      account,
      passkeys: opening && waysIn(otherWays(account, mail, 0), opening).passkeys,
      mail,
      requiresSecondFactor,
      notice: take(ctx, 'flash') ?? '',
    });
    ctx.render(page);
  });
}
