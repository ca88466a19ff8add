/** The doors: first those that are open to everyone, by name; behind requireUser everything else. */
import Router from '@koa/router';
import type { Accounts } from '../../accounts/accounts.ts';
import type { SessionStore } from '../../accounts/session-store.ts';
import type { SignInThrottle } from '../../accounts/sign-in-throttle.ts';
import type { Logger } from '../../logger.ts';
import type { Passkeys } from '../../passkeys/passkeys.ts';
import type { AppMiddleware, AppRouter } from '../context.ts';
import { requireUser } from '../middleware/require-user.ts';
import type { ProviderIcons } from '../provider-icons.ts';
import { dashboardRoutes } from './dashboard.ts';
import { healthRoutes, type Readiness } from './health.ts';
import { helpRoutes } from './help.ts';
import { homeRoutes } from './home.ts';
import { loginRoutes } from './login.ts';
import { logoutRoutes } from './logout.ts';
import { passkeyEventRoutes } from './passkey-events.ts';
import { passkeyLoginRoutes } from './passkey-login.ts';
import { passkeyReauthRoutes } from './passkey-reauth.ts';
import { passkeyRegistrationRoutes } from './passkey-registration.ts';
import { passkeySignalRoutes } from './passkey-signals.ts';
import { passkeyRoutes } from './passkeys.ts';
import { reauthRoutes } from './reauth.ts';
import { wellKnownRoutes } from './well-known.ts';

export type RouteDependencies = {
  accounts: Accounts;
  passkeys: Passkeys;
  sessionStore: SessionStore;
  throttle: SignInThrottle;
  readiness: Readiness;
  logger: Logger;
  /** Bounds ceremonies from one address. */
  limit: AppMiddleware;
  icons: ProviderIcons;
  origin: string;
  rpId: string;
  secure: boolean;
  /** More open doors, for developers; undefined in production. */
  addDevelopmentRoutes?: ((router: AppRouter) => void) | undefined;
};

/** Every route of the application; the order is the meaning. */
export function createRouter(dependencies: RouteDependencies): AppRouter {
  const router: AppRouter = new Router({ strict: true, sensitive: true });
  const { readiness } = dependencies;

  healthRoutes(router, readiness);
  wellKnownRoutes(router, dependencies);
  helpRoutes(router);
  homeRoutes(router);
  loginRoutes(router, dependencies);
  logoutRoutes(router, dependencies);
  passkeyLoginRoutes(router, dependencies);
  passkeyEventRoutes(router, dependencies);
  dependencies.addDevelopmentRoutes?.(router);

  router.use(requireUser());
  dashboardRoutes(router, dependencies);
  passkeyRoutes(router, dependencies);
  passkeyRegistrationRoutes(router, dependencies);
  passkeySignalRoutes(router, dependencies);
  reauthRoutes(router, dependencies);
  passkeyReauthRoutes(router, dependencies);

  return router;
}
