/**
 * Words letters when they are delivered. What a letter is about was fixed when it happened; only the secret of its link
 * is made here, and only while the link still works. Knows addresses of pages; sends nothing.
 */
import { type Links, openLink } from '../accounts/links.ts';
import type { Database } from '../db/database.ts';
import { accountEvents } from '../event-words.ts';
import type { MessageContent } from '../mail/message.ts';
import { isolated } from '../names.ts';
import { paths } from '../paths.ts';
import { dateTimeWords } from '../times.ts';
import { type Letter, letterSchema, type News } from './letter.ts';

type Dependencies = { db: Database; links: Links; origin: string };

/** A mail without its layout. */
type Written = { to: string; content: MessageContent };

type Asked = Extract<Letter, { link: object; kind: Exclude<Letter['kind'], 'news'> }>;

const ignore = 'If you did not ask for this, you need not do anything.';

/**
 * @returns words one letter as the outbox kept it; null when there is nothing to say, because its link does not work any
 *   more, or because it is of a kind that nobody knows (any more)
 */
export function createLetterWriter({ db, links, origin }: Dependencies) {
  const site = new URL(origin).host;

  async function asked(letter: Asked): Promise<MessageContent | null> {
    const secret = await links.secretOf(db, letter.link);
    if (secret === null) return null;
    return letter.kind === 'reset-password'
      ? resetWords(letter.why, secret, origin, site)
      : askedWords(letter.kind, secret, origin, site);
  }

  async function news(letter: News): Promise<MessageContent> {
    const words = accountEvents[letter.event].letter;
    const facts = { method: letter.method, detail: letter.detail && isolated(letter.detail) };
    const secret = letter.link && (await links.secretOf(db, letter.link));
    const open = secret && (await openLink(db, secret, 'lockdown'));
    return {
      subject: words?.subject ?? 'Something changed in your account',
      paragraphs: [
        words?.sentence(facts) ?? `${accountEvents[letter.event].activity(facts)}.`,
        circumstances(letter),
        'If this was you, there is nothing to do.',
        ...(open ? [promise(open.token.data.returnsUntil ?? null)] : []),
      ],
      ...(secret ? { notMe: { text: 'This wasn’t me', url: origin + paths.lockdown(secret) } } : {}),
    };
  }

  async function content(letter: Letter): Promise<MessageContent | null> {
    switch (letter.kind) {
      case 'news':
        return news(letter);
      case 'nobody':
        return null;
      case 'account-exists':
        return accountExists(origin, site);
      case 'address-taken':
        return addressTaken(origin, site);
      case 'account-deleted':
        return accountDeleted(site);
      default:
        return asked(letter);
    }
  }

  return async (kept: unknown): Promise<Written | null> => {
    const letter = letterSchema.safeParse(kept).data;
    const written = letter && (await content(letter));
    return written ? { to: letter.to, content: written } : null;
  };
}

/**
 * What the link in the letter can do, and for how long.
 *
 * @param returnsUntil ISO text: until when it brings this address back, where that is less than the seven days
 */
function promise(returnsUntil: string | null): string {
  const bound =
    'signs everybody out, turns the password off, and mails this address a link into the account.';
  const shorter = returnsUntil && dateTimeWords(new Date(returnsUntil));
  return `Otherwise take it back: for 7 days the link below ${bound}${
    shorter ? ` After ${shorter} it does so only while the account has this address.` : ''
  }`;
}

function askedWords(
  kind: Exclude<Asked['kind'], 'reset-password'>,
  secret: string,
  origin: string,
  site: string,
): MessageContent {
  const words: Record<typeof kind, MessageContent> = {
    'sign-up': {
      subject: 'Confirm your email address',
      paragraphs: [`Somebody, we hope you, wants an account at ${site} with this address.`],
      action: { text: 'Confirm email address', url: origin + paths.verifyEmail(secret) },
      afterwards: ['The link works for 24 hours.', `${ignore} There is no account until the link is opened.`],
    },
    'confirm-email': {
      subject: 'Confirm your email address',
      paragraphs: [`With this link you confirm that mail of ${site} reaches you.`],
      action: { text: 'Confirm email address', url: origin + paths.verifyEmail(secret) },
      afterwards: ['The link works for 24 hours.', ignore],
    },
    'known-device': {
      subject: 'Sign in from a browser that we do not know',
      paragraphs: [
        `Somebody, we hope you, wants to sign in at ${site} in a browser that we do not know. That is asked for when too many wrong passwords were tried for an account.`,
        'Open this link in the browser in which you want to sign in, and your password works there again.',
      ],
      action: { text: 'Make this browser known', url: origin + paths.useKnownDevice(secret) },
      afterwards: [
        'The link works once, for 60 minutes. It signs nobody in: the password is still needed.',
        `${ignore} Do not forward this mail.`,
      ],
    },
    'change-email': {
      subject: 'Confirm your new email address',
      paragraphs: [`Somebody, we hope you, wants to use this address for an account at ${site}.`],
      action: { text: 'Confirm new address', url: origin + paths.confirmEmail(secret) },
      afterwards: [
        'The link works for 60 minutes, in the browser in which you asked for the change, while you stay signed in there.',
        ignore,
      ],
    },
  };
  return words[kind];
}

/** What a letter with a link into an account says: why it comes, and what happens without it. */
function resetWords(
  why: Extract<Letter, { kind: 'reset-password' }>['why'],
  secret: string,
  origin: string,
  site: string,
): MessageContent {
  const reasons = {
    forgotten: { first: [], last: `${ignore} Your password stays as it is.` },
    operator: {
      first: [`Whoever runs ${site} made this link for you.`],
      last: 'Until you use it, nothing changes.',
    },
    secured: {
      first: [
        `Your account at ${site} was secured: everybody was signed out, and its password does not work any more.`,
      ],
      last: 'Passkeys that you had before work again when you have looked at them, which comes next.',
    },
  };
  const { first, last } = reasons[why];
  return {
    subject: 'Reset your password',
    paragraphs: [
      ...first,
      `With this link you get into your account at ${site} again: choose a new password, or create a passkey instead.`,
    ],
    action: { text: 'Reset password', url: origin + paths.resetPassword(secret) },
    afterwards: [`The link works once, for ${why === 'secured' ? '7 days' : '30 minutes'}.`, last],
  };
}

function accountExists(origin: string, site: string): MessageContent {
  return {
    subject: 'You already have an account',
    paragraphs: [
      `Somebody, we hope you, wanted to open an account at ${site} with this address. There is one already, so nothing has changed.`,
      'If you forgot your password, choose “Forgot your password?” on the sign-in page.',
    ],
    action: { text: 'Sign in', url: origin + paths.login },
    afterwards: [ignore],
  };
}

function addressTaken(origin: string, site: string): MessageContent {
  return {
    subject: 'This address has an account already',
    paragraphs: [
      `Somebody wanted to use this address for another account at ${site}. It belongs to an account already, so nothing has changed.`,
    ],
    action: { text: 'Sign in', url: origin + paths.login },
    afterwards: [ignore],
  };
}

function accountDeleted(site: string): MessageContent {
  return {
    subject: 'Your account was deleted',
    paragraphs: [`Your account at ${site} and what belonged to it are gone. Thank you for having been here.`],
  };
}

/** When and where, such as "When: 26 Nov 2026, 14:05 UTC. Where: Chrome on macOS." */
function circumstances({ at, device }: Pick<News, 'at' | 'device'>): string {
  const when = dateTimeWords(new Date(at));
  return device ? `When: ${when}. Where: ${device}.` : `When: ${when}.`;
}
