/** /lost-passkey: the ways back in that there are. The words are in the template; no way that does not exist is named. */
import { paths } from '../../paths.ts';
import type { Page } from '../http/views.ts';

/** The same for everybody. @param sendsMail whether a link can be mailed */
export function lostPasskeyPage(sendsMail: boolean): Page {
  return {
    template: 'lost-passkey',
    title: 'Lost your passkey?',
    description: 'How to get into your account when a passkey is lost, and how to get the passkey back.',
    constant: 'lost passkey',
    data: {
      login: paths.login,
      dashboard: paths.dashboard,
      help: paths.helpPasskeys,
      forgotPassword: sendsMail ? paths.forgotPassword : '',
    },
  };
}
