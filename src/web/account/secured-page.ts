/** What is said after "This wasn't me": what was done, and what comes next. */
import type { Secured } from '../../operations/secure-account.ts';
import { paths } from '../../paths.ts';
import { dateTimeWords } from '../../times.ts';
import type { Page } from '../http/views.ts';

/** The address is the one where the link to go on with goes; the links of the page are for whoever is in again. */
export function securedPage({ address, at, passkey, hasCodes, isTurnedOff, isTaken }: Secured): Page {
  return {
    template: 'secured',
    title: 'Your account is secured',
    data: {
      email: address,
      moment: dateTimeWords(at),
      hasCodes,
      isTurnedOff,
      isTaken,
      removesAlso: passkey !== null,
      review: paths.reviewPasskeys,
      recoveryCodes: paths.recoveryCodes,
      login: paths.login,
    },
  };
}
