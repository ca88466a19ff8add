/** What /login/verify says: that a second step is due, and nothing else about the account. */
import { paths, verifySignInPath } from '../../paths.ts';
import type { Page } from '../http/views.ts';
import { messagesOf } from '../passkeys/ceremony-words.ts';

/** What the page asks for; a recovery code where no passkey can be used, or somebody wants it so. */
export type AskedFor = 'passkey' | 'code';

export type SecondStep = {
  asksFor: AskedFor;
  /** A path of this origin, already judged. */
  returnTo: string;
  /** Whether there is a passkey to go back to from the recovery code. */
  hasPasskey: boolean;
  /** Whether a new password waits for this step. */
  setsPassword: boolean;
  /** False when the passkey service does not answer. */
  available: boolean;
};

/** Why the form is back. */
export type Returned = {
  /** The code as it was typed: it is long, and one sign of it may be wrong. */
  typed?: string;
  /** What is wrong, or when to try again, as a sentence. */
  problem?: string;
};

const messages = messagesOf('second-factor');

/** In each state one sentence says what to do. */
const sentences = {
  passkey: 'Use one of your passkeys to finish signing in.',
  code: 'Enter one of your recovery codes to finish signing in.',
};

/** For whoever has just chosen a password, and might take this page for the end of it. */
const passwordWaits = 'Your new password is saved once you have used a passkey or a recovery code.';

export function verifySignInPage(step: SecondStep, { typed = '', problem = '' }: Returned = {}): Page {
  const { asksFor, hasPasskey, setsPassword, returnTo, available } = step;
  return {
    template: 'verify-sign-in',
    title: problem ? 'Could not sign in' : 'One more step',
    data: {
      asksFor,
      sentence: sentences[asksFor],
      passwordWaits: setsPassword ? passwordWaits : '',
      available,
      action: paths.verifySignIn,
      passkeyUrl: paths.secondFactorLogin,
      eventsUrl: paths.passkeyEvents,
      returnTo: returnTo === paths.dashboard ? '' : returnTo,
      withCode: verifySignInPath(returnTo, 'code'),
      withPasskey: hasPasskey ? verifySignInPath(returnTo) : '',
      code: typed,
      problem,
      focus: true,
      logout: paths.logout,
      lostPasskey: `${paths.lostPasskey}#after-password`,
      messages,
    },
  };
}
