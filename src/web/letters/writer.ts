/**
 * Writes letters when they are delivered: looks up the account, issues the link, words the mail. Knows accounts and
 * addresses of pages; sends nothing. A link's secret is made from the letter's id, so that a second try has the same one.
 */
import { createHmac } from 'node:crypto';
import type { Accounts } from '../../accounts/accounts.ts';
import type { MailedLinks, Undo } from '../../accounts/mailed-links.ts';
import type { SignUps } from '../../accounts/sign-ups.ts';
import type { Purpose } from '../../accounts/token-store.ts';
import type { User } from '../../accounts/user.ts';
import type { MessageContent } from '../../mail/message.ts';
import { paths } from '../paths.ts';
import type { Letter, News } from './letter.ts';
import { circumstances, newsWords } from './news-words.ts';

type Dependencies = {
  accounts: Accounts;
  links: MailedLinks;
  signUps: SignUps;
  origin: string;
  secretKeys: readonly string[];
};

/** As long as cannot be guessed and as short as still fits into a line of a mail, address and all (RFC 2045, 6.7). */
const secretBytes = 16;

/** A mail without its layout. */
type Written = { to: string; content: MessageContent };

export type LetterWriter = (letter: Letter, id: string) => Promise<Written | null>;

/** @returns writes one letter; null when there is nothing to say, because there is no such account (any more) */
export function createLetterWriter(dependencies: Dependencies): LetterWriter {
  const { accounts, links, signUps, origin, secretKeys } = dependencies;
  const site = new URL(origin).host;
  const secretOf = (purpose: Purpose, id: string) =>
    createHmac('sha256', secretKeys[0] ?? '')
      .update(`latchkey link\n${purpose}\n${id}`)
      .digest()
      .subarray(0, secretBytes)
      .toString('base64url');
  const ignore = 'If you did not ask for this, you need not do anything.';

  async function signUp(browserHash: string, id: string): Promise<Written | null> {
    const pending = await signUps.pendingOf(browserHash);
    if (!pending) return null;
    if (await accounts.findByEmail(pending.email)) return { to: pending.email, content: alreadyKnown() };
    const secret = secretOf('sign-up', id);
    await signUps.issueLink(secret, pending);
    return {
      to: pending.email,
      content: {
        subject: 'Confirm your email address',
        paragraphs: [`Somebody, we hope you, wants an account at ${site} with this address.`],
        action: { text: 'Confirm email address', url: origin + paths.verifyEmail(secret) },
        afterwards: [
          'The link works for 24 hours.',
          `${ignore} There is no account until the link is opened.`,
        ],
      },
    };
  }

  function alreadyKnown(): MessageContent {
    return {
      subject: 'You already have an account',
      paragraphs: [
        `Somebody, we hope you, wanted to open an account at ${site} with this address. There is one already, so nothing has changed.`,
        `If you forgot your password, choose “Forgot your password?” on the sign-in page.`,
      ],
      action: { text: 'Sign in', url: origin + paths.login },
      afterwards: [ignore],
    };
  }

  async function confirmEmail(user: User, id: string): Promise<Written> {
    const secret = secretOf('confirm-email', id);
    await links.issueConfirmation(secret, user.id);
    return {
      to: user.email,
      content: {
        subject: 'Confirm your email address',
        paragraphs: [`With this link you confirm that mail of ${site} reaches you.`],
        action: { text: 'Confirm email address', url: origin + paths.verifyEmail(secret) },
        afterwards: ['The link works for 24 hours.', ignore],
      },
    };
  }

  async function reset(user: User, id: string): Promise<Written> {
    const secret = secretOf('reset-password', id);
    await links.issueReset(secret, user.id);
    return {
      to: user.email,
      content: {
        subject: 'Reset your password',
        paragraphs: [
          `With this link you get into your account at ${site} again: choose a new password, or create a passkey instead.`,
        ],
        action: { text: 'Reset password', url: origin + paths.resetPassword(secret) },
        afterwards: ['The link works once, for 30 minutes.', `${ignore} Your password stays as it is.`],
      },
    };
  }

  async function changeEmail(user: User, email: string, id: string): Promise<Written> {
    if (await accounts.findByEmail(email)) return { to: email, content: addressTaken() };
    const secret = secretOf('change-email', id);
    await links.issueEmailChange(secret, user.id, email);
    return {
      to: email,
      content: {
        subject: 'Confirm your new email address',
        paragraphs: [`Somebody, we hope you, wants to use this address for an account at ${site}.`],
        action: { text: 'Confirm new address', url: origin + paths.confirmEmail(secret) },
        afterwards: ['The link works for 60 minutes.', ignore],
      },
    };
  }

  function addressTaken(): MessageContent {
    return {
      subject: 'This address has an account already',
      paragraphs: [
        `Somebody wanted to use this address for another account at ${site}. It belongs to an account already, so nothing has changed.`,
      ],
      action: { text: 'Sign in', url: origin + paths.login },
      afterwards: [ignore],
    };
  }

  async function news(letter: News, user: User, id: string): Promise<Written> {
    const secret = secretOf('lockdown', id);
    await links.issueLockdown(secret, user.id, undoOf(letter), letter.at);
    const { subject, sentence } = newsWords(letter);
    return {
      to: letter.to ?? user.email,
      content: {
        subject,
        paragraphs: [sentence, circumstances(letter), 'If this was you, there is nothing to do.'],
        notMe: { text: 'This wasn’t me', url: origin + paths.lockdown(secret) },
      },
    };
  }

  return async (letter, id) => {
    switch (letter.kind) {
      case 'sign-up':
        return signUp(letter.browserHash, id);
      case 'account-deleted':
        return { to: letter.to, content: deleted(site) };
      case 'forgotten-password': {
        const user = await accounts.findByEmail(letter.email);
        return user && reset(user, id);
      }
      default: {
        const user = await accounts.find(letter.userId);
        if (!user) return null;
        if (letter.kind === 'confirm-email') return confirmEmail(user, id);
        if (letter.kind === 'reset-password') return reset(user, id);
        return letter.kind === 'email-change' ? changeEmail(user, letter.email, id) : news(letter, user, id);
      }
    }
  };
}

function deleted(site: string): MessageContent {
  return {
    subject: 'Your account was deleted',
    paragraphs: [`Your account at ${site} and what belonged to it are gone. Thank you for having been here.`],
  };
}

function undoOf({ undoPasskey, undoEmail }: News): Undo {
  if (undoPasskey) return { passkey: undoPasskey };
  return undoEmail ? { email: undoEmail } : null;
}
