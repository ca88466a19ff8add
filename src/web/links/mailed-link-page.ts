/**
 * Where the link in a mail leads: what it would do, and the button that does it. Looking changes nothing, because mail
 * scanners look as well.
 */
import { isNoAddress } from '../../accounts/no-address.ts';
import { tokenLifetime } from '../../lifetimes.ts';
import type { Moment } from '../../operations/secure-account.ts';
import { paths } from '../../paths.ts';
import { dateTimeWords, durationWords } from '../../times.ts';
import type { AppContext } from '../http/context.ts';
import { troublePage } from '../http/error-page.ts';
import { type Field, newPasswordField, problemsIn } from '../http/field.ts';
import type { Page } from '../http/views.ts';

type Question = {
  heading: string;
  /** Whose password is chosen here, for password managers; empty where none is. */
  username?: string;
  paragraphs: string[];
  /** What happens, one thing each. */
  consequences?: string[];
  action: string;
  button: string;
  fields?: Field[];
  /** The button for whoever wants a passkey instead; empty for none. */
  other?: string;
  /** Why nothing could be done now, and when to try again. */
  refusal?: string;
};

/** Why a form is back: what is wrong with the password, or why nothing could be done now. */
type Back = { problem?: string; refusal?: string };

function mailedLinkPage({
  username = '',
  fields = [],
  other = '',
  consequences = [],
  refusal = '',
  ...question
}: Question): Page {
  return {
    template: 'mailed-link',
    title: question.heading,
    data: { ...question, username, fields, problems: problemsIn(fields), other, consequences, refusal },
  };
}

/** @param isHere whether the sign-up that began last in this browser is that of the link: what was chosen counts only there */
export function confirmSignUpPage(token: string, email: string, isHere: boolean, back: Back = {}): Page {
  return mailedLinkPage({
    heading: 'Confirm your email address',
    paragraphs: [
      `To create your account, confirm that ${email} is your address.`,
      ...(isHere ? [] : ['You signed up in another browser, so choose your password again here.']),
    ],
    action: paths.verifyEmail(token),
    button: 'Confirm',
    refusal: back.refusal ?? '',
    ...(isHere
      ? {}
      : {
          username: email,
          fields: [newPasswordField(back.problem, 'Password')],
          other: 'Create a passkey instead',
        }),
  });
}

export function confirmAddressPage(token: string, email: string): Page {
  return mailedLinkPage({
    heading: 'Confirm your email address',
    paragraphs: [`Confirm that ${email} is your address.`],
    action: paths.verifyEmail(token),
    button: 'Confirm',
  });
}

export function resetPasswordPage(token: string, email: string, { problem, refusal = '' }: Back = {}): Page {
  const hasNone = isNoAddress(email);
  return mailedLinkPage({
    heading: 'Choose a new password',
    paragraphs: [
      hasNone
        ? 'This is for your secured account, which has no email address. All devices that are signed in to it will be signed out.'
        : `This is for the account of ${email}. All devices that are signed in to it will be signed out.`,
    ],
    action: paths.resetPassword(token),
    button: 'Save and sign in',
    username: hasNone ? '' : email,
    fields: [newPasswordField(problem)],
    other: 'Create a passkey instead',
    refusal,
  });
}

/** The link is good for the browser in which its button is pressed. */
export function useKnownDevicePage(token: string, email: string): Page {
  return mailedLinkPage({
    heading: 'Use your password in this browser',
    paragraphs: [
      `After this, you can sign in as ${email} with your password in this browser.`,
      'Want to sign in with another browser? Copy the link from the email and open it there.',
    ],
    action: paths.useKnownDevice(token),
    button: 'Allow this browser',
  });
}

export function confirmEmailChangePage(token: string, from: string, to: string): Page {
  return mailedLinkPage({
    heading: 'Confirm your new email address',
    paragraphs: [
      isNoAddress(from)
        ? `The email address of your account becomes ${to}.`
        : `The email address of your account changes from ${from} to ${to}.`,
    ],
    action: paths.confirmEmail(token),
    button: 'Confirm',
  });
}

/** The link is good in the session that asked for the change, and nowhere else. */
export function confirmElsewherePage(ctx: AppContext): Page {
  return troublePage(ctx, {
    heading: 'Open this link in the other browser',
    sentence:
      'It works only in the browser in which you asked for the new address. Copy it from the email and open it there. If you have signed out there since, ask for a new link.',
    way: { href: paths.email, text: 'Get a new link' },
  });
}

/** @param now the address that the account has now, and whether another account has that of then */
export function lockdownPage(
  token: string,
  { at, address, passkey }: Moment,
  now: { email: string; isTaken: boolean },
): Page {
  return mailedLinkPage({
    heading: 'Wasn’t you?',
    paragraphs: [`If somebody else got into the account of ${address} on ${dateTimeWords(at)}, secure it:`],
    consequences: [
      'All devices are signed out, and the password stops working.',
      ...addressAfter(address, now),
      passkey
        ? 'Passkeys added since then are removed, and so is the one that was added or used then. Older ones work again once you have reviewed them.'
        : 'Passkeys added since then are removed, and so is one that was used since to turn on “Passkey after password”. Older ones work again once you have reviewed them.',
      `Recovery codes created since then stop working. If a passkey is asked for after your password, that stays on only if you have a passkey or recovery codes older than ${durationWords(tokenLifetime.lockdown)}. Otherwise it is turned off, and no recovery code works any more.`,
      `We email ${address} a link that lets you back in.`,
    ],
    action: paths.lockdown(token),
    button: 'Secure my account',
  });
}

function addressAfter(address: string, { email, isTaken }: { email: string; isTaken: boolean }): string[] {
  if (isTaken)
    return [
      `Another account has the address ${address} now. This account will have no email address until you enter a new one.`,
    ];
  return address === email ? [] : [`The email address is ${address} again.`];
}
