/** Help that everybody can read, signed in or not: it says nothing about anybody's account. */
import { paths } from '../../paths.ts';
import type { AppRouter } from '../http/context.ts';
import { helpPasskeysPage } from './help-passkeys-page.ts';
import { lostPasskeyPage } from './lost-passkey-page.ts';

/** GET /lost-passkey and GET /help/passkeys. */
export function helpRoutes(router: AppRouter, { mail }: { mail: boolean }): void {
  router.get(paths.lostPasskey, (ctx) => ctx.render(lostPasskeyPage(mail)));
  router.get(paths.helpPasskeys, (ctx) => ctx.render(helpPasskeysPage));
}
