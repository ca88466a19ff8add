/** The doors: first those that are open to everyone, by name; behind requireUser everything else. */
import Router from '@koa/router';
import type { Accounts } from '../../accounts/accounts.ts';
import type { SessionStore } from '../../accounts/session-store.ts';
import type { SignInThrottle } from '../../accounts/sign-in-throttle.ts';
import type { Logger } from '../../logger.ts';
import type { Passkeys } from '../../passkeys/passkeys.ts';
import type { AppMiddleware, AppRouter } from '../context.ts';
import { requireUser } from '../middleware/require-user.ts';
import { dashboardRoutes } from './dashboard.ts';
import { healthRoutes, type Readiness } from './health.ts';
import { homeRoutes } from './home.ts';
import { loginRoutes } from './login.ts';
import { logoutRoutes } from './logout.ts';
import { passkeyLoginRoutes } from './passkey-login.ts';
import { passkeyRegistrationRoutes } from './passkey-registration.ts';
import { passkeyRoutes } from './passkeys.ts';

export type RouteDependencies = {
  accounts: Accounts;
  passkeys: Passkeys;
  sessionStore: SessionStore;
  throttle: SignInThrottle;
  readiness: Readiness;
  logger: Logger;
  /** Bounds ceremonies from one address. */
  limit: AppMiddleware;
  origin: string;
  secure: boolean;
};

/** Every route of the application; the order is the meaning. */
export function createRouter(dependencies: RouteDependencies): AppRouter {
  const router: AppRouter = new Router({ strict: true, sensitive: true });
  const { passkeys, readiness } = dependencies;

  healthRoutes(router, readiness);
  homeRoutes(router);
  loginRoutes(router, dependencies);
  logoutRoutes(router, dependencies);
  passkeyLoginRoutes(router, dependencies);

  router.use(requireUser());
  dashboardRoutes(router, passkeys);
  passkeyRoutes(router, passkeys);
  passkeyRegistrationRoutes(router, dependencies);

  return router;
}
