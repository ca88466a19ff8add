/** Addresses at which programs look for something on every site. All others below /.well-known do not exist. */
import { paths } from '../../paths.ts';
import type { AppRouter } from '../http/context.ts';
import { seeOther } from '../http/redirect.ts';

/**
 * GET /.well-known/passkey-endpoints: where password managers send people to create and to manage their passkeys. The
 * addresses come from the settings, because a request may lie about its host. GET /.well-known/change-password: the same
 * for passwords (W3C, A Well-Known URL for Changing Passwords).
 */
export function wellKnownRoutes(router: AppRouter, { origin }: { origin: string }): void {
  const dashboard = origin + paths.dashboard;

  router.get(paths.passkeyEndpoints, (ctx) => {
    // For an hour, so that a changed origin is soon known.
    ctx.set('Cache-Control', 'public, max-age=3600');
    ctx.body = { enroll: dashboard, manage: dashboard };
  });

  router.get(paths.changePassword, (ctx) => seeOther(ctx, paths.password));
}
