/** What people read after we have promised them a mail: the same whether or not there is an account. */
import { paths } from '../../paths.ts';
import type { Page } from '../http/views.ts';

const several = 'Did you get several mails? Any of them works.';
const noMail = 'Nothing there after a few minutes? Look into the folder for junk, too.';

/** @param email where the mail goes, when this browser knows it; @param signedIn whose own address it is */
export function verificationSentPage(email: string, notice: string, signedIn: boolean): Page {
  return checkMail(
    [
      email
        ? `We have sent a mail to ${email}. Open the link in it to go on.`
        : 'Open the link in the mail that we have sent you.',
      several,
      noMail,
    ],
    { notice, resendAction: email ? paths.resendVerification : '', signedIn },
  );
}

export function forgottenPasswordSentPage(): Page {
  return checkMail([
    'If there is an account with this address, a link is on its way to it. It works once, for 30 minutes.',
    noMail,
  ]);
}

export function knownDeviceSentPage(): Page {
  return checkMail([
    'If there is an account with this address, a link is on its way to it. Open it in this browser: then your password works here. It works once, for 60 minutes.',
    several,
    noMail,
  ]);
}

function checkMail(paragraphs: string[], { notice = '', resendAction = '', signedIn = false } = {}): Page {
  const back = signedIn
    ? { href: paths.security, text: 'Back to security' }
    : { href: paths.login, text: 'Back to sign in' };
  return {
    template: 'check-mail',
    title: 'Check your mail',
    description: 'What to do when a mail with a link is on its way to you.',
    data: { paragraphs, notice, resendAction, back },
  };
}
