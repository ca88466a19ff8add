/** What is said after "This wasn't me": what was done, and what comes next. */
import { paths } from '../../paths.ts';
import type { Page } from '../http/views.ts';

/** @param email the address that the account has again, where the link to go on with goes */
export function securedPage(email: string): Page {
  return {
    template: 'secured',
    title: 'Your account is secured',
    data: { email, login: paths.login },
  };
}
