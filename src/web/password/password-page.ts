/** What /settings/password and /settings/password/remove say. */
import { paths } from '../../paths.ts';
import { newPasswordField, problemsIn } from '../http/field.ts';
import { frame } from '../http/layout-data.ts';
import type { Page } from '../http/views.ts';
import type { Visitor } from '../http/visitor.ts';

export function passwordPage(visitor: Visitor, hasPassword: boolean, problem = '', refusal = ''): Page {
  const fields = [newPasswordField(problem)];
  const heading = hasPassword ? 'Change your password' : 'Set a password';
  return {
    template: 'password',
    title: heading,
    data: {
      ...frame(visitor),
      heading,
      action: paths.password,
      fields,
      problems: problemsIn(fields),
      refusal,
      button: hasPassword ? 'Change password' : 'Set password',
      cancel: paths.security,
      remove: hasPassword ? paths.removePassword : '',
    },
  };
}

/** What stands in the way of removing the password, if anything does. */
export type Removal = {
  hasPassword: boolean;
  /** How many passkeys would be enough by themselves; null when the passkey service does not answer. */
  passkeys: number | null;
  /** Whether they are, with the recovery codes that are left. */
  isEnough: boolean;
  /** It was tried, and refused. */
  refused?: boolean;
};

export function removePasswordPage(visitor: Visitor, removal: Removal): Page {
  const { passkeys, hasPassword, refused = false } = removal;
  return {
    template: 'remove-password',
    title: 'Remove your password',
    data: {
      ...frame(visitor),
      action: paths.removePassword,
      obstacle: obstacleOf(removal),
      refused,
      way: hasPassword
        ? { href: paths.dashboard, text: 'Create another passkey' }
        : { href: paths.password, text: 'Set a password' },
      remains:
        passkeys === 1
          ? 'You have a synced passkey that can sign you in, and recovery codes.'
          : `You have ${passkeys} passkeys that can sign you in.`,
      cancel: paths.security,
    },
  };
}

function obstacleOf({ hasPassword, passkeys, isEnough }: Removal): string {
  if (!hasPassword) return 'You have no password.';
  if (passkeys === null)
    return 'Passkeys are not available right now, so your password cannot be removed. Try again later.';
  if (isEnough) return '';
  const have = passkeys === 0 ? 'none' : 'one';
  return `To remove your password you need two passkeys that sign you in by themselves, or a synced one and recovery codes, so that losing one does not lock you out. You have ${have}.`;
}
