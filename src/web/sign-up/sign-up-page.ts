/** What /signup says. */
import { paths } from '../../paths.ts';
import { emailField, newPasswordField, problemsIn } from '../http/field.ts';
import type { Page } from '../http/views.ts';

export type SignUpForm = {
  email?: string;
  emailProblem?: string;
  passwordProblem?: string;
  /** Why nothing could be done now, and when to try again. */
  refusal?: string;
};

export function signUpPage({
  email = '',
  emailProblem = '',
  passwordProblem = '',
  refusal = '',
}: SignUpForm = {}): Page {
  const fields = [emailField(email, emailProblem), newPasswordField(passwordProblem, 'Password')];
  const problems = problemsIn(fields);
  return {
    template: 'sign-up',
    title: problems.length > 0 || refusal ? 'Could not create the account' : 'Create an account',
    description: 'Create an account with a passkey or with a password.',
    data: { action: paths.signUp, fields, problems, refusal, login: paths.login },
  };
}
