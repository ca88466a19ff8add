/** What is said after "This wasn't me": what was done, and what comes next. */
import type { Moment } from '../../operations/secure-account.ts';
import { paths } from '../../paths.ts';
import { dateTimeWords } from '../../times.ts';
import type { Page } from '../http/views.ts';

/** @param address what the account has again, where the link to go on with goes; @param at the moment it was taken back to */
export function securedPage({ address, at }: Pick<Moment, 'address' | 'at'>): Page {
  return {
    template: 'secured',
    title: 'Your account is secured',
    data: { email: address, moment: dateTimeWords(at), login: paths.login },
  };
}
