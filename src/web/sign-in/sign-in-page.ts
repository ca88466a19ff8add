/** What /login says. */
import { paths } from '../../paths.ts';
import type { Method } from '../http/hint-cookies.ts';
import type { Page } from '../http/views.ts';
import { messagesWithAutofill } from '../passkeys/ceremony-words.ts';

export type SignInForm = {
  /** A path of this origin, already judged. */
  returnTo: string;
  /** Whether people may sign up by themselves. */
  signup?: boolean;
  /** How somebody signed in here last. */
  lastMethod?: Method | null;
  email?: string;
  /** What is well, for people. */
  notice?: string;
  /** What came of the sign-in that somebody had begun, or of the form that they sent, for people. */
  ended?: string;
  /** Why the form is back, for people. */
  problem?: string;
  /** Whether a link is offered that makes this browser a known one. */
  offersLink?: boolean;
  fieldProblems?: { email?: string | undefined; password?: string | undefined };
};

const messages = messagesWithAutofill('sign-in');

/** The form, empty or as it came back. Without anything in it, it is the same for everybody who came the same way. */
export function signInPage({
  returnTo,
  signup = false,
  lastMethod = null,
  email = '',
  notice = '',
  ended = '',
  problem = '',
  offersLink = false,
  fieldProblems = {},
}: SignInForm): Page {
  const isEmpty = returnTo === paths.dashboard && email === '' && problem + notice + ended === '';
  return {
    template: 'sign-in',
    title: problem ? 'Could not sign in' : 'Sign in',
    description: 'Sign in with a passkey or with your password.',
    ...(isEmpty ? { constant: `login after ${lastMethod}` } : {}),
    data: {
      action: paths.login,
      passkeyUrl: paths.passkeyLogin,
      eventsUrl: paths.passkeyEvents,
      returnTo: returnTo === paths.dashboard ? '' : returnTo,
      lastMethod,
      email,
      notice,
      ended,
      problem,
      knownDevice: offersLink ? paths.knownDevice : '',
      emailProblem: fieldProblems.email ?? '',
      passwordProblem: fieldProblems.password ?? '',
      forgotPassword: paths.forgotPassword,
      signUp: signup ? paths.signUp : '',
      help: paths.helpPasskeys,
      messages,
    },
  };
}
