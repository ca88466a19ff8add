/** The overview of how somebody gets in. Changes nothing; each change has a page of its own. */
import type { Accounts } from '../../accounts/accounts.ts';
import { otherWays, type Passkeys, waysIn } from '../../passkeys/passkeys.ts';
import { paths } from '../../paths.ts';
import { type AppRouter, asksSecondFactor, currentUser } from '../http/context.ts';
import { seeOther } from '../http/redirect.ts';
import { take } from '../http/session.ts';
import { visitorOf } from '../http/visitor.ts';
import { noCodesLeft } from '../second-factor/second-factor-words.ts';
import { securityPage } from './security-page.ts';

type Dependencies = {
  accounts: Accounts;
  passkeys: Passkeys;
  mail: boolean;
};

/** GET /settings, GET /settings/security. */
export function securityRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { accounts, passkeys, mail } = dependencies;

  router.get(paths.settings, (ctx) => seeOther(ctx, paths.security));

  router.get(paths.security, async (ctx) => {
    const visitor = visitorOf(ctx);
    const account = currentUser(ctx);
    const listed = await passkeys.listOrNull(visitor.id);
    const opening = listed && (await passkeys.thatOpenNow(account.id, listed, account.passkeysHeldSince));
    const codes = await accounts.recoveryCodesLeft(account.id);
    const asks = asksSecondFactor(ctx);
    const ways = opening && waysIn(otherWays(account, mail, codes, asks), opening);
    const page = securityPage(visitor, {
      account,
      passkeys: ways?.passkeys ?? null,
      held: listed && opening ? listed.length - opening.length : 0,
      codesAlone: ways?.codesAlone ?? null,
      mail,
      asksSecondFactor: asks,
      noCodes: noCodesLeft(account, asks ? codes : null, mail),
      notice: take(ctx, 'flash') ?? '',
    });
    ctx.render(page);
  });
}
