/** What /login/verify says: that a second step is due, and nothing else about the account. */
import { paths, verifySignInPath } from '../../paths.ts';
import type { Page } from '../http/views.ts';
import { messagesOf } from '../passkeys/ceremony-words.ts';

/** What somebody would finish with. */
export type Way = 'passkey' | 'code';

export type SecondStep = {
  wanted: Way;
  /** A path of this origin, already judged. */
  returnTo: string;
  /** Whether there is a passkey that can be used now. */
  hasPasskey: boolean;
  /** Whether there is a recovery code. */
  hasCodes: boolean;
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
const messagesWithoutCodes = messagesOf('second-factor', false);

/** In each state one sentence says what to do. */
const sentences = {
  passkey: 'Use one of your passkeys to finish signing in.',
  code: 'Enter one of your recovery codes to finish signing in.',
  noCodes:
    'You have no recovery codes left. Use a passkey. If this browser cannot, use another browser or device.',
  nothing: 'You have no recovery codes left, and no passkey that could finish this sign-in.',
  unavailable:
    'Passkeys are not available right now, and you have no recovery codes left. Try again in a few minutes.',
};

/** For whoever has just chosen a password, and might take this page for the end of it. */
const passwordWaits = (hasCodes: boolean) =>
  `Your new password is saved once you have used a passkey${hasCodes ? ' or a recovery code' : ''}.`;

export function verifySignInPage(step: SecondStep, { typed = '', problem = '' }: Returned = {}): Page {
  const { hasPasskey, hasCodes, setsPassword, returnTo, available } = step;
  const asksFor = askedIn(step);
  return {
    template: 'verify-sign-in',
    title: problem ? 'Could not sign in' : 'One more step',
    data: {
      asksFor,
      sentence: sentences[asksFor],
      passwordWaits: setsPassword ? passwordWaits(hasCodes) : '',
      available,
      action: paths.verifySignIn,
      passkeyUrl: paths.secondFactorLogin,
      eventsUrl: paths.passkeyEvents,
      returnTo: returnTo === paths.dashboard ? '' : returnTo,
      hasCodes,
      withCode: verifySignInPath(returnTo, 'code'),
      withPasskey: hasPasskey ? verifySignInPath(returnTo) : '',
      code: typed,
      problem,
      isOfCode: problem !== '',
      focus: true,
      logout: paths.logout,
      lostPasskey: `${paths.lostPasskey}#after-password`,
      messages: hasCodes ? messages : messagesWithoutCodes,
    },
  };
}

/** What the page asks for: never for what is not there. */
function askedIn({ wanted, hasPasskey, hasCodes, available }: SecondStep): keyof typeof sentences {
  if (hasCodes && (wanted === 'code' || !hasPasskey)) return 'code';
  if (hasPasskey) return wanted === 'code' ? 'noCodes' : 'passkey';
  return available ? 'nothing' : 'unavailable';
}
