/** The overview of how somebody gets in. Changes nothing; each change has a page of its own. */
import type { Accounts } from '../../accounts/accounts.ts';
import { accountGone } from '../../errors.ts';
import { type Passkeys, waysIn } from '../../passkeys/passkeys.ts';
import { paths } from '../../paths.ts';
import type { AppRouter } from '../http/context.ts';
import { seeOther } from '../http/redirect.ts';
import { take } from '../http/session.ts';
import { visitorOf } from '../http/visitor.ts';
import { securityPage } from './security-page.ts';

type Dependencies = { accounts: Accounts; passkeys: Passkeys; mail: boolean };

/** GET /settings, GET /settings/security. */
export function securityRoutes(router: AppRouter, { accounts, passkeys, mail }: Dependencies): void {
  router.get(paths.settings, (ctx) => seeOther(ctx, paths.security));

  router.get(paths.security, async (ctx) => {
    const visitor = visitorOf(ctx);
    const [account, listed] = await Promise.all([
      accounts.facts(visitor.id),
      passkeys.listOrNull(visitor.id),
    ]);
    if (!account) throw accountGone();
    const known = { password: account.hasPassword, email: mail && account.emailVerified };
    const opening = listed && (await passkeys.openingNow(account.id, listed, account.passkeysHeldSince));
    const page = securityPage(visitor, {
      account,
      passkeys: opening && waysIn(known, opening).passkeys,
      mail,
      notice: take(ctx, 'flash') ?? '',
    });
    ctx.render(page);
  });
}
