/** What /password/forgot says. */
import { paths } from '../../paths.ts';
import { emailField, problemsIn } from '../http/field.ts';
import type { Page } from '../http/views.ts';

/** @param sendsMail false where there is no mail: then the page says who can help */
export function forgotPasswordPage(sendsMail: boolean, email = '', problem = '', refusal = ''): Page {
  const fields = [emailField(email, problem)];
  return {
    template: 'forgot-password',
    title: 'Forgot your password?',
    description: 'Get a link that opens your account again when you have forgotten your password.',
    data: {
      action: sendsMail ? paths.forgotPassword : '',
      fields,
      problems: problemsIn(fields),
      refusal,
      login: paths.login,
      lostPasskey: paths.lostPasskey,
    },
  };
}
