/** Everything that somebody can do here, under one roof; each in a file of its own. */
import type { Accounts } from '../accounts/accounts.ts';
import type { Links } from '../accounts/links.ts';
import type { SignInThrottle } from '../accounts/sign-in-throttle.ts';
import type { Database } from '../db/database.ts';
import type { Logger } from '../logger.ts';
import type { Passkeys } from '../passkeys/passkeys.ts';
import { createAddPasskey } from './add-passkey.ts';
import { createAllowAutomaticPasskeys } from './allow-automatic-passkeys.ts';
import { createChangeEmail } from './change-email.ts';
import { createChangePassword } from './change-password.ts';
import { createCompleteSignIn } from './complete-sign-in.ts';
import { createConfirm } from './confirm-act.ts';
import { createConfirmEmail } from './confirm-email.ts';
import { createConfirmIdentity } from './confirm-identity.ts';
import { createCreateAccount } from './create-account.ts';
import { createDeleteAccount } from './delete-account.ts';
import { createDeletePasskey } from './delete-passkey.ts';
import { createEndSessions } from './end-sessions.ts';
import { createExportAccount } from './export-account.ts';
import { createKnownDevice } from './known-device.ts';
import { createLetterQuota } from './letter-quota.ts';
import { createOperate } from './operation.ts';
import { createRemovePassword } from './remove-password.ts';
import { createRenamePasskey } from './rename-passkey.ts';
import { createResetPassword } from './reset-password.ts';
import { createReviewPasskeys } from './review-passkeys.ts';
import { createSecondFactor } from './second-factor.ts';
import type { SecondFactorPolicy } from './second-factor-policy.ts';
import { createSecureAccount } from './secure-account.ts';
import { createSignIn } from './sign-in.ts';
import { createSignUp } from './sign-up.ts';
import { createProveTyped } from './typed-proof.ts';

type Dependencies = {
  db: Database;
  logger: Logger;
  accounts: Accounts;
  passkeys: Passkeys;
  throttle: SignInThrottle;
  links: Links;
  /** Whether mail can be sent at all. */
  mail: boolean;
  policy: SecondFactorPolicy;
};

export type Operations = ReturnType<typeof createOperations>;

export function createOperations(dependencies: Dependencies) {
  const operate = createOperate(dependencies);
  const proveTyped = createProveTyped({ ...dependencies, operate });
  const confirm = createConfirm({ ...dependencies, operate, proveTyped });
  const parts = { ...dependencies, operate, proveTyped, confirm, quota: createLetterQuota(dependencies) };
  return {
    ...createSignIn(parts),
    ...createCompleteSignIn(parts),
    ...createConfirmIdentity(parts),
    ...createSignUp(parts),
    ...createConfirmEmail(parts),
    ...createResetPassword(parts),
    ...createKnownDevice(parts),
    ...createChangePassword(parts),
    ...createRemovePassword(parts),
    ...createSecondFactor(parts),
    ...createChangeEmail(parts),
    ...createEndSessions(parts),
    ...createAddPasskey(parts),
    ...createRenamePasskey(parts),
    ...createDeletePasskey(parts),
    ...createReviewPasskeys(parts),
    ...createSecureAccount(parts),
    ...createCreateAccount(parts),
    ...createExportAccount(parts),
    ...createAllowAutomaticPasskeys(parts),
    ...createDeleteAccount(parts),
  };
}
