/** /help/passkeys: what passkeys are and how to live with them. The words are in the template. */
import { paths } from '../../paths.ts';
import type { Page } from '../http/views.ts';

/** The same for everybody. */
export const helpPasskeysPage: Page = {
  template: 'help-passkeys',
  title: 'About passkeys',
  description: 'What passkeys are, how to create them, how to sign in with them, and how to delete them.',
  constant: 'help with passkeys',
  data: {
    login: paths.login,
    dashboard: paths.dashboard,
    secondFactor: paths.secondFactor,
    lost: paths.lostPasskey,
  },
};
