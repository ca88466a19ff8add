/** The doors: first those that are open to everyone, by name; behind requireUser everything else. */
import Router from '@koa/router';
import type { Accounts } from '../accounts/accounts.ts';
import type { ActivityStore } from '../accounts/activity-store.ts';
import type { SessionStore } from '../accounts/session-store.ts';
import type { Database } from '../db/database.ts';
import type { Logger } from '../logger.ts';
import type { Operations } from '../operations/operations.ts';
import type { Passkeys } from '../passkeys/passkeys.ts';
import { accountDataRoutes } from './account/account-data.ts';
import { accountDeletionRoutes, goodbyeRoutes } from './account/account-deletion.ts';
import { secureAccountRoutes } from './account/secure-account.ts';
import { securityRoutes } from './account/security.ts';
import { activityRoutes } from './activity/activity.ts';
import { emailConfirmationRoutes, emailRoutes } from './email/email.ts';
import { helpRoutes } from './help/help.ts';
import type { CodesCookie } from './http/codes-cookie.ts';
import type { AppMiddleware, AppRouter } from './http/context.ts';
import { verifyEmailRoutes } from './links/verify-email.ts';
import { requireUser } from './middleware/require-user.ts';
import { dashboardRoutes } from './passkeys/dashboard.ts';
import { deletePasskeyRoutes } from './passkeys/delete-passkey.ts';
import { passkeyEventRoutes } from './passkeys/passkey-events.ts';
import { passkeyReauthRoutes } from './passkeys/passkey-reauth.ts';
import { passkeyRegistrationRoutes } from './passkeys/passkey-registration.ts';
import { passkeySignInRoutes } from './passkeys/passkey-sign-in.ts';
import { passkeySignalRoutes } from './passkeys/passkey-signals.ts';
import type { ProviderIcons } from './passkeys/provider-icons.ts';
import { renamePasskeyRoutes } from './passkeys/rename-passkey.ts';
import { reviewPasskeysRoutes } from './passkeys/review-passkeys.ts';
import { secondFactorRegistrationRoutes } from './passkeys/second-factor-registration.ts';
import { secondFactorSignInRoutes } from './passkeys/second-factor-sign-in.ts';
import { passwordRoutes } from './password/password.ts';
import { passwordRecoveryRoutes } from './password/password-recovery.ts';
import { removePasswordRoutes } from './password/remove-password.ts';
import { recoveryCodesRoutes } from './second-factor/recovery-codes.ts';
import { secondFactorRoutes } from './second-factor/second-factor.ts';
import { turnOffSecondFactorRoutes } from './second-factor/turn-off-second-factor.ts';
import { sessionRoutes } from './sessions/sessions.ts';
import { knownDeviceRoutes } from './sign-in/known-device.ts';
import { reauthRoutes } from './sign-in/reauth.ts';
import { signInRoutes } from './sign-in/sign-in.ts';
import { signOutRoutes } from './sign-in/sign-out.ts';
import { verifySignInRoutes } from './sign-in/verify-sign-in.ts';
import { signUpRoutes } from './sign-up/sign-up.ts';
import { healthRoutes, type Readiness } from './well-known/health.ts';
import { homeRoutes } from './well-known/home.ts';
import { type MetricsDoor, metricsRoutes } from './well-known/metrics.ts';
import { wellKnownRoutes } from './well-known/well-known.ts';

export type RouteDependencies = {
  db: Database;
  accounts: Accounts;
  passkeys: Passkeys;
  sessionStore: SessionStore;
  operations: Operations;
  activity: ActivityStore;
  readiness: Readiness;
  /** Undefined where nobody may ask for metrics. */
  metrics?: MetricsDoor | undefined;
  logger: Logger;
  /** Bounds ceremonies from one address. */
  limit: AppMiddleware;
  /** Bounds what anybody may post about accounts from one address. */
  formLimit: AppMiddleware;
  icons: ProviderIcons;
  origin: string;
  rpId: string;
  secure: boolean;
  codes: CodesCookie;
  /** Whoever runs this site wants a passkey after the password for everybody who has one. */
  requiresSecondFactor?: boolean | undefined;
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
  metricsRoutes(router, dependencies);
  wellKnownRoutes(router, dependencies);
  helpRoutes(router, dependencies);
  homeRoutes(router);
  signInRoutes(router, dependencies);
  verifySignInRoutes(router, dependencies);
  signOutRoutes(router, dependencies);
  signUpRoutes(router, dependencies);
  verifyEmailRoutes(router, dependencies);
  passwordRecoveryRoutes(router, dependencies);
  knownDeviceRoutes(router, dependencies);
  emailConfirmationRoutes(router, dependencies);
  secureAccountRoutes(router, dependencies);
  goodbyeRoutes(router, dependencies);
  passkeySignInRoutes(router, dependencies);
  secondFactorSignInRoutes(router, dependencies);
  passkeyEventRoutes(router, dependencies);
  dependencies.addDevelopmentRoutes?.(router);

  router.use(requireUser(router, dependencies.origin));
  dashboardRoutes(router, dependencies);
  renamePasskeyRoutes(router, dependencies);
  deletePasskeyRoutes(router, dependencies);
  passkeyRegistrationRoutes(router, dependencies);
  secondFactorRegistrationRoutes(router, dependencies);
  passkeySignalRoutes(router, dependencies);
  reviewPasskeysRoutes(router, dependencies);
  securityRoutes(router, dependencies);
  passwordRoutes(router, dependencies);
  removePasswordRoutes(router, dependencies);
  secondFactorRoutes(router, dependencies);
  turnOffSecondFactorRoutes(router, dependencies);
  recoveryCodesRoutes(router, dependencies);
  emailRoutes(router, dependencies);
  sessionRoutes(router, dependencies);
  activityRoutes(router, dependencies);
  accountDataRoutes(router, dependencies);
  accountDeletionRoutes(router, dependencies);
  reauthRoutes(router, dependencies);
  passkeyReauthRoutes(router, dependencies);

  return router;
}
