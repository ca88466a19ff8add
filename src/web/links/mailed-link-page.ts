/**
 * Where the link in a mail leads: what it would do, and the button that does it. Looking changes nothing, because mail
 * scanners look as well.
 */
import type { Moment } from '../../operations/secure-account.ts';
import { paths } from '../../paths.ts';
import { dateTimeWords } from '../../times.ts';
import { type Field, newPasswordField, problemsIn } from '../http/field.ts';
import type { Page } from '../http/views.ts';

type Question = {
  heading: string;
  /** Whose password is chosen here, for password managers; empty where none is. */
  username?: string;
  paragraphs: string[];
  action: string;
  button: string;
  fields?: Field[];
  /** The button for whoever wants a passkey instead; empty for none. */
  other?: string;
  danger?: boolean;
};

function mailedLinkPage({
  username = '',
  fields = [],
  other = '',
  danger = false,
  ...question
}: Question): Page {
  return {
    template: 'mailed-link',
    title: question.heading,
    data: { ...question, username, fields, problems: problemsIn(fields), other, danger },
  };
}

/** @param isHere whether the sign-up that began last in this browser is that of the link: what was chosen counts only there */
export function confirmSignUpPage(token: string, email: string, isHere: boolean, problem = ''): Page {
  return mailedLinkPage({
    heading: 'Confirm your email address',
    paragraphs: [
      `Your account will have the address ${email}.`,
      ...(isHere
        ? []
        : ['Choose the password of your account here. What was typed in another browser does not count.']),
    ],
    action: paths.verifyEmail(token),
    button: 'Confirm',
    ...(isHere
      ? {}
      : {
          username: email,
          fields: [newPasswordField(problem, 'Password')],
          other: 'Create a passkey instead',
        }),
  });
}

export function confirmAddressPage(token: string, email: string): Page {
  return mailedLinkPage({
    heading: 'Confirm your email address',
    paragraphs: [`This confirms that mail to ${email} reaches you.`],
    action: paths.verifyEmail(token),
    button: 'Confirm',
  });
}

export function resetPasswordPage(token: string, email: string, problem = ''): Page {
  return mailedLinkPage({
    heading: 'Choose a new password',
    paragraphs: [`For ${email}. Everybody who is signed in to this account will be signed out.`],
    action: paths.resetPassword(token),
    button: 'Save and sign in',
    username: email,
    fields: [newPasswordField(problem)],
    other: 'Create a passkey instead',
  });
}

/** The link is good for the browser in which its button is pressed. */
export function useKnownDevicePage(token: string, email: string): Page {
  return mailedLinkPage({
    heading: 'Make this browser known',
    paragraphs: [
      `Then the password of ${email} works in this browser, whatever strangers try elsewhere. It does not sign you in.`,
      'Do this in the browser in which you want to sign in. Copy the link from the mail if you read your mail elsewhere.',
    ],
    action: paths.useKnownDevice(token),
    button: 'Make this browser known',
  });
}

export function confirmEmailChangePage(token: string, from: string, to: string): Page {
  return mailedLinkPage({
    heading: 'Confirm your new email address',
    paragraphs: [`From now on your account has the address ${to} instead of ${from}.`],
    action: paths.confirmEmail(token),
    button: 'Confirm',
  });
}

/** The link is good in the session that asked for the change, and nowhere else. */
export function confirmElsewherePage(): Page {
  const sentence =
    'It works only in the sign-in that asked for the new address. Copy it from the mail, and open it in the browser where you asked. If you have signed out there since, ask for a new link.';
  const heading = 'Open this link where you asked for it';
  return {
    template: 'link-gone',
    title: heading,
    data: { heading, sentence, way: { href: paths.email, text: 'Ask for a new link' } },
  };
}

/** @param email the address that the account has now */
export function lockdownPage(token: string, email: string, { at, address }: Moment): Page {
  return mailedLinkPage({
    heading: 'This wasn’t you?',
    paragraphs: [
      `We can take the account of ${address} back from whoever has got into it since ${dateTimeWords(at)}:`,
      'Everybody will be signed out, and the password will stop working.',
      ...(address === email ? [] : [`The email address will be ${address} again.`]),
      'Passkeys that were added since then will be removed; the others will work again when you have looked at them.',
      `Then we mail ${address} a link that lets you back in.`,
    ],
    action: paths.lockdown(token),
    button: 'Secure my account',
    danger: true,
  });
}
