/** The dashboard, and the two things it asks. It renders whether or not the passkey service answers. */
import * as z from 'zod';
import type { Accounts } from '../../accounts/accounts.ts';
import type { Operations } from '../../operations/operations.ts';
import type { Passkeys } from '../../passkeys/passkeys.ts';
import { paths } from '../../paths.ts';
import { type AppContext, type AppRouter, asksSecondFactor, currentUser } from '../http/context.ts';
import { rememberDecline } from '../http/hint-cookies.ts';
import { expectForm, optional, parseWholeForm } from '../http/input.ts';
import { seeOther } from '../http/redirect.ts';
import { leave, take } from '../http/session.ts';
import { requesterOf, sessionOf, sourceOf, visitorOf } from '../http/visitor.ts';
import { noCodesLeft } from '../second-factor/second-factor-words.ts';
import { dashboardPage } from './dashboard-page.ts';
import { automaticWords, offerDeclined } from './passkey-words.ts';
import type { ProviderIcons } from './provider-icons.ts';

type Dependencies = {
  accounts: Accounts;
  passkeys: Passkeys;
  operations: Operations;
  icons: ProviderIcons;
  mail: boolean;
  secure: boolean;
};

/** An unticked box is not sent at all. */
const automaticForm = z.object({ automatic: optional(z.literal('yes')) });

/** GET /dashboard, POST /passkeys/automatic, POST /passkeys/local/decline. */
export function dashboardRoutes(router: AppRouter, dependencies: Dependencies): void {
  const { accounts, passkeys, operations, icons, mail, secure } = dependencies;

  router.get(paths.dashboard, async (ctx) => {
    const visitor = visitorOf(ctx);
    const account = currentUser(ctx);
    const { automaticPasskeys, hasPassword, passkeysHeldSince } = account;
    const codes = asksSecondFactor(ctx) ? await accounts.recoveryCodesLeft(account.id) : null;
    const listed = await passkeys.listOrNull(visitor.id);
    const page = dashboardPage(visitor, icons, {
      passkeys: listed,
      notice: take(ctx, 'flash') ?? '',
      noCodes: noCodesLeft(account, codes, mail),
      codes,
      created: listed ? take(ctx, 'created') : undefined,
      usedNow: sessionOf(ctx).credentialId,
      invitation: listed ? take(ctx, 'invitation') : undefined,
      device: sourceOf(ctx).device,
      automatic: passkeys.upgrades && hasPassword ? automaticPasskeys : null,
      held: passkeysHeldSince !== null,
    });
    ctx.render(page);
  });

  router.post(paths.automaticPasskeys, async (ctx) => {
    const { automatic } = parseWholeForm(ctx, automaticForm);
    await operations.setAutomaticPasskeys(requesterOf(ctx), automatic === 'yes', sourceOf(ctx));
    if (!automatic) take(ctx, 'offersUpgrade');
    back(ctx, automaticWords(automatic === 'yes'));
  });

  router.post(paths.declineLocalPasskey, (ctx) => {
    expectForm(ctx);
    rememberDecline(ctx, secure);
    back(ctx, offerDeclined);
  });
}

function back(ctx: AppContext, notice: string): void {
  leave(ctx, 'flash', notice);
  seeOther(ctx, paths.dashboard);
}
