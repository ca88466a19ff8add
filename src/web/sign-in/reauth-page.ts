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
  /** At least one passkey counts as a proof, as far as we can tell now. */
  hasPasskey: boolean;
  /** False when the passkey service does not answer. */
  available: boolean;
  /** Whether a link can be mailed to whoever has no other proof. */
  sendsMail: boolean;
  /** Why the form is back, for people. */
  problem?: string;
};

const messages = messagesWithAutofill('step-up');
const messagesWithoutPassword = messagesWithAutofill('step-up', false);

export function reauthPage(
  visitor: Visitor,
  { returnTo, from, hasPassword, hasPasskey, available, sendsMail, problem = '' }: ReauthForm,
): Page {
  return {
    template: 'reauth',
    title: problem ? 'Could not confirm' : 'Confirm it’s you',
    data: {
      ...frame(visitor, returnTo),
      action: paths.reauth,
      passkeyUrl: paths.passkeyReauth,
      lostPasskey: paths.lostPasskey,
      returnTo: returnTo === paths.dashboard ? '' : returnTo,
      from,
      cancel: wayBack(from, returnTo),
      hasPassword,
      hasPasskey,
      available,
      mailAction: sendsMail ? paths.forgotPassword : '',
      problem,
      messages: hasPassword ? messages : messagesWithoutPassword,
    },
  };
}
