/** What people read after we have promised them a mail: the same whether or not there is an account. */
import { tokenLifetime } from '../../lifetimes.ts';
import { paths } from '../../paths.ts';
import { durationWords } from '../../times.ts';
import type { Page } from '../http/views.ts';

const several = 'If you get several emails, any of them works.';
const noMail = 'Nothing after a few minutes? Check your spam folder.';

/** What is said before all else: what was done just now, or why it was not. */
type Said = { notice?: string; refusal?: string };

/** @param email where the mail goes, when this browser knows it; @param signedIn whose own address it is */
export function verificationSentPage(email: string, said: Said, signedIn: boolean): Page {
  return checkMail(
    [
      email
        ? `We sent an email to ${email}. Open the link in it to continue.`
        : 'Open the link in the email that we sent you.',
      several,
      noMail,
    ],
    { ...said, resendAction: email ? paths.resendVerification : '', signedIn },
  );
}

export function forgottenPasswordSentPage(): Page {
  return checkMail([
    `If this address has an account, we have sent it a link. The link works once, for ${durationWords(tokenLifetime['reset-password'])}.`,
    noMail,
  ]);
}

export function knownDeviceSentPage(): Page {
  return checkMail([
    `If this address has an account, we have sent it a link. Open it in this browser, and your password works here. The link works once, for ${durationWords(tokenLifetime['known-device'])}.`,
    several,
    noMail,
  ]);
}

function checkMail(
  paragraphs: string[],
  { notice = '', refusal = '', resendAction = '', signedIn = false } = {},
): Page {
  const back = signedIn
    ? { href: paths.security, text: 'Back to security' }
    : { href: paths.login, text: 'Back to sign in' };
  return {
    template: 'check-mail',
    title: 'Check your email',
    description: 'What to do when an email with a link is on its way to you.',
    data: { paragraphs, notice, refusal, resendAction, back },
  };
}
