/** What /reauth says. */
import { paths } from '../../paths.ts';
import { frame, wayBack } from '../http/layout-data.ts';
import type { Page } from '../http/views.ts';
import type { Visitor } from '../http/visitor.ts';
import { messagesWithAutofill } from '../passkeys/ceremony-words.ts';

export type ReauthForm = {
  /** A path of this origin, already judged. */
  returnTo: string;
  /** The page before, a path of this origin as well; empty when nobody says. */
  from: string;
  hasPassword: boolean;
  /** A recovery code is asked for beside the password. */
  asksCode?: boolean;
  /** Nothing but a passkey counts for what comes next. */
  onlyPasskey?: boolean;
  /** At least one passkey counts as a proof, as far as we can tell now. */
  hasPasskey: boolean;
  /** False when the passkey service does not answer. */
  available: boolean;
  /** Whether a link can be mailed to whoever has no other proof. */
  sendsMail: boolean;
  /** Why the form is back, for people. */
  problem?: string;
  /** Whether that is about the recovery code, and the password may be right. */
  isOfCode?: boolean;
  /** The recovery code that came back with it. */
  typed?: string;
};

const messages = messagesWithAutofill('step-up');
const messagesWithoutPassword = messagesWithAutofill('step-up', false);

export function reauthPage(visitor: Visitor, form: ReauthForm): Page {
  const { returnTo, from, hasPasskey, available, sendsMail, onlyPasskey = false } = form;
  const { asksCode = false, problem = '', isOfCode = false, typed = '' } = form;
  const hasPassword = form.hasPassword && !onlyPasskey;
  return {
    template: 'reauth',
    title: problem ? 'Could not confirm' : 'Confirm it’s you',
    data: {
      ...frame(visitor, returnTo),
      action: paths.reauth,
      passkeyUrl: paths.passkeyReauth,
      lostPasskey: asksCode ? `${paths.lostPasskey}#after-password` : paths.lostPasskey,
      returnTo: returnTo === paths.dashboard ? '' : returnTo,
      from,
      cancel: wayBack(from, returnTo),
      hasPassword,
      hasPasskey,
      asksCode,
      sentence: sentenceOf({ ...form, hasPassword }),
      available,
      obstacle: obstacleOf(form, visitor),
      mailAction: sendsMail && !onlyPasskey ? paths.forgotPassword : '',
      code: typed,
      problem,
      isOfCode,
      focus: isOfCode,
      messages: hasPassword ? messages : messagesWithoutPassword,
    },
  };
}

/** What one can choose between. */
function sentenceOf({ hasPassword, hasPasskey, asksCode, onlyPasskey }: ReauthForm): string {
  if (!hasPassword) return onlyPasskey && hasPasskey ? 'Use a passkey to continue.' : '';
  if (asksCode)
    return hasPasskey
      ? 'Use a passkey, or your password and a recovery code, to continue.'
      : 'Use your password and a recovery code to continue.';
  return hasPasskey ? 'Use your password or a passkey to continue.' : '';
}

/** Why nothing can be proved here. */
function obstacleOf({ available, onlyPasskey }: ReauthForm, { address }: Visitor): string {
  if (onlyPasskey)
    return available
      ? 'None of your passkeys can confirm it’s you.'
      : 'Passkeys are not available right now. Try again in a few minutes.';
  if (address === null && available)
    return 'You have no password, and none of your passkeys can confirm it’s you. Sign in again with the latest link that we emailed you.';
  return available
    ? 'You have no password, and none of your passkeys can confirm it’s you.'
    : 'Passkeys are not available right now, and you have no password. Try again in a few minutes.';
}
