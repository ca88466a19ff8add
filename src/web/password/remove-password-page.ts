/** What /settings/password/remove says. */
import { paths } from '../../paths.ts';
import type { ConfirmationPart } from '../confirmation/confirmation-part.ts';
import { problemsIn } from '../http/field.ts';
import { frame } from '../http/layout-data.ts';
import type { Page } from '../http/views.ts';
import type { Visitor } from '../http/visitor.ts';

/** What stands in the way of removing the password, if anything does. */
export type Obstacles = {
  hasPassword: boolean;
  /** How many passkeys would be enough by themselves; null when the passkey service does not answer. */
  passkeys: number | null;
  /** Whether they are, with the recovery codes that are left. */
  isEnough: boolean;
};

type Removal = Obstacles & {
  /** It was tried, and refused. */
  refused?: boolean;
  /** Why it is too early to try again, and when it is not. */
  refusal?: string;
  confirmation: ConfirmationPart;
};

export function removePasswordPage(visitor: Visitor, removal: Removal): Page {
  const { passkeys, hasPassword, confirmation, refused = false, refusal = '' } = removal;
  return {
    template: 'remove-password',
    title: 'Remove your password',
    data: {
      ...frame(visitor),
      action: paths.removePassword,
      obstacle: obstacleOf(removal),
      refused,
      refusal,
      way: hasPassword
        ? { href: paths.dashboard, text: 'Create another passkey' }
        : { href: paths.password, text: 'Set a password' },
      remains:
        passkeys === 1
          ? 'You have a synced passkey that can sign you in, and recovery codes.'
          : `You have ${passkeys} passkeys that can sign you in.`,
      cancel: paths.security,
      ...confirmation,
      problems: problemsIn(confirmation.fields),
      canType: confirmation.fields.length > 0,
      signText: 'Remove password with a passkey',
      submitText: 'Remove password',
    },
  };
}

/** Why the password cannot be removed; empty when it can. */
export function obstacleOf({ hasPassword, passkeys, isEnough }: Obstacles): string {
  if (!hasPassword) return 'You have no password.';
  if (passkeys === null)
    return 'Passkeys are not available right now, so your password cannot be removed. Try again later.';
  if (isEnough) return '';
  const have = passkeys === 0 ? 'none' : 'one';
  return `To remove your password you need two passkeys that sign you in by themselves, or a synced one and recovery codes, so that losing one does not lock you out. You have ${have}.`;
}
