/** The doors: first those that are open to everyone, by name; behind requireUser everything else. */
import Router from '@koa/router';
import type { Accounts } from '../../accounts/accounts.ts';
import type { ActivityStore } from '../../accounts/activity-store.ts';
import type { SessionStore } from '../../accounts/session-store.ts';
import type { Database } from '../../db/database.ts';
import type { Logger } from '../../logger.ts';
import type { Operations } from '../../operations/operations.ts';
import type { Passkeys } from '../../passkeys/passkeys.ts';
import type { AppMiddleware, AppRouter } from '../context.ts';
import { requireUser } from '../middleware/require-user.ts';
import type { ProviderIcons } from '../provider-icons.ts';
import { accountDataRoutes } from './account-data.ts';
import { accountDeletionRoutes, goodbyeRoutes } from './account-deletion.ts';
import { activityRoutes } from './activity.ts';
import { dashboardRoutes } from './dashboard.ts';
import { emailConfirmationRoutes, emailRoutes } from './email.ts';
import { healthRoutes, type Readiness } from './health.ts';
import { helpRoutes } from './help.ts';
import { homeRoutes } from './home.ts';
import { knownDeviceRoutes } from './known-device.ts';
import { lockdownRoutes } from './lockdown.ts';
import { loginRoutes } from './login.ts';
import { logoutRoutes } from './logout.ts';
import { passkeyEventRoutes } from './passkey-events.ts';
import { passkeyLoginRoutes } from './passkey-login.ts';
import { passkeyReauthRoutes } from './passkey-reauth.ts';
import { passkeyRegistrationRoutes } from './passkey-registration.ts';
import { passkeySignalRoutes } from './passkey-signals.ts';
import { passkeyRoutes } from './passkeys.ts';
import { passwordRoutes } from './password.ts';
import { passwordRecoveryRoutes } from './password-recovery.ts';
import { reauthRoutes } from './reauth.ts';
import { reviewPasskeysRoutes } from './review-passkeys.ts';
import { securityRoutes } from './security.ts';
import { sessionRoutes } from './sessions.ts';
import { signUpRoutes } from './sign-up.ts';
import { verifyEmailRoutes } from './verify-email.ts';
import { wellKnownRoutes } from './well-known.ts';

export type RouteDependencies = {
  db: Database;
  accounts: Accounts;
  passkeys: Passkeys;
  sessionStore: SessionStore;
  operations: Operations;
  activity: ActivityStore;
  readiness: Readiness;
  logger: Logger;
  /** Bounds ceremonies from one address. */
  limit: AppMiddleware;
  /** Bounds what anybody may post about accounts from one address. */
  formLimit: AppMiddleware;
  icons: ProviderIcons;
  origin: string;
  rpId: string;
  secure: boolean;
  /** Whether mail can be sent at all. */
  mail: boolean;
  /** Whether people may sign up by themselves. */
  signup: boolean;
  /** More open doors, for developers; undefined in production. */
  addDevelopmentRoutes?: ((router: AppRouter) => void) | undefined;
};

/** Every route of the application; the order is the meaning. */
export function createRouter(dependencies: RouteDependencies): AppRouter {
  const router: AppRouter = new Router({ strict: true, sensitive: true });
  const { readiness } = dependencies;

  healthRoutes(router, readiness);
  wellKnownRoutes(router, dependencies);
  helpRoutes(router, dependencies);
  homeRoutes(router);
  loginRoutes(router, dependencies);
  logoutRoutes(router, dependencies);
  signUpRoutes(router, dependencies);
  verifyEmailRoutes(router, dependencies);
  passwordRecoveryRoutes(router, dependencies);
  knownDeviceRoutes(router, dependencies);
  emailConfirmationRoutes(router, dependencies);
  lockdownRoutes(router, dependencies);
  goodbyeRoutes(router, dependencies);
  passkeyLoginRoutes(router, dependencies);
  passkeyEventRoutes(router, dependencies);
  dependencies.addDevelopmentRoutes?.(router);

  router.use(requireUser());
  dashboardRoutes(router, dependencies);
  passkeyRoutes(router, dependencies);
  passkeyRegistrationRoutes(router, dependencies);
  passkeySignalRoutes(router, dependencies);
  reviewPasskeysRoutes(router, dependencies);
  securityRoutes(router, dependencies);
  passwordRoutes(router, dependencies);
  emailRoutes(router, dependencies);
  sessionRoutes(router, dependencies);
  activityRoutes(router, dependencies);
  accountDataRoutes(router, dependencies);
  accountDeletionRoutes(router, dependencies);
  reauthRoutes(router, dependencies);
  passkeyReauthRoutes(router, dependencies);

  return router;
}
