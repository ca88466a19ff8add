/** What /login says. */
import { paths } from '../paths.ts';
import type { Page } from '../views.ts';
import { signInMessages } from './passkey-messages.ts';

export type LoginForm = {
  /** A path of this origin, already judged. */
  returnTo: string;
  email?: string;
  /** Why the form is back, for people. */
  problem?: string;
  fieldProblems?: { email?: string | undefined; password?: string | undefined };
};

/** The form, empty or as it came back. Without anything in it, it is the same for everybody. */
export function loginPage({ returnTo, email = '', problem = '', fieldProblems = {} }: LoginForm): Page {
  return {
    template: 'login',
    title: problem ? 'Could not sign in' : 'Sign in',
    constant: returnTo === paths.dashboard && email === '' && problem === '',
    data: {
      action: paths.login,
      passkeyUrl: paths.passkeyLogin,
      returnTo: returnTo === paths.dashboard ? '' : returnTo,
      email,
      problem,
      emailProblem: fieldProblems.email ?? '',
      passwordProblem: fieldProblems.password ?? '',
      messages: signInMessages,
    },
  };
}
