/** What is said after "This wasn't me": what was done, and what comes next. */
import type { Undo } from '../../accounts/mailed-links.ts';
import { paths } from '../paths.ts';
import type { Page } from '../views.ts';

export function securedPage(email: string, undo: Undo): Page {
  const undone = [
    ...(undo && 'passkey' in undo ? ['The passkey that was added does not open your account any more.'] : []),
    ...(undo && 'email' in undo && undo.email === email ? [`Your email address is ${email} again.`] : []),
  ];
  return {
    template: 'secured',
    title: 'Your account is secured',
    data: { email, undone, login: paths.login },
  };
}
