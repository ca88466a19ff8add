/**
 * What each letter says, from what it is about and the secret of its link. Knows addresses of pages and the words of
 * events; must not know where letters wait and how they are sent.
 */
import { accountEvents } from '../event-words.ts';
import { tokenLifetime } from '../lifetimes.ts';
import type { MessageContent } from '../mail/message.ts';
import { isolated } from '../names.ts';
import { paths } from '../paths.ts';
import { dateTimeWords, durationWords } from '../times.ts';
import type { Letter, News } from './letter.ts';

/** A letter that somebody reads. */
export type Told = Exclude<Letter, { kind: 'nobody' }>;

type Asked = Extract<Told, { link: object; kind: Exclude<Told['kind'], 'news'> }>;

/** @property returnsUntil ISO text: until when a link "This wasn't me" brings its address back, if not for all its time */
export type OpenLink = { secret: string; returnsUntil?: string | null };

const ignore = 'If you did not ask for this, you can ignore this email.';

/** @param link null where the letter has none, or its "This wasn't me" does not work any more */
export function letterWords(letter: Told, link: OpenLink | null, origin: string): MessageContent {
  const site = new URL(origin).host;
  const secret = link?.secret ?? '';
  switch (letter.kind) {
    case 'news':
      return news(letter, link, origin, site);
    case 'account-exists':
      return accountExists(origin, site);
    case 'address-taken':
      return addressTaken(origin, site);
    case 'account-deleted':
      return accountDeleted(site);
    case 'reset-password':
      return resetWords(letter.why, secret, origin, site);
    default:
      return askedWords(letter.kind, secret, origin, site);
  }
}

function news(letter: News, link: OpenLink | null, origin: string, site: string): MessageContent {
  const { activity, letter: words } = accountEvents[letter.event];
  const facts = { method: letter.method, detail: letter.detail && isolated(letter.detail), site };
  return {
    subject: words?.subject ?? 'Something changed in your account',
    paragraphs: [words?.sentence(facts) ?? `${activity(facts)}.`],
    facts: circumstances(letter),
    afterwards: ['If this was you, you can ignore this email.'],
    ...(link ? { notMe: takeBack(link.returnsUntil ?? null, origin + paths.lockdown(link.secret)) } : {}),
  };
}

/**
 * What the button in a letter can do, and for how long.
 *
 * @param returnsUntil ISO text: until when it brings this address back, where that is less than the seven days
 */
function takeBack(returnsUntil: string | null, url: string): NonNullable<MessageContent['notMe']> {
  const shorter = returnsUntil && dateTimeWords(new Date(returnsUntil));
  const bound = shorter ? ` After ${shorter} it works only while the account has this address.` : '';
  return {
    question: 'Wasn’t you?',
    paragraph: `Secure your account with the link below: all devices are signed out, the password is removed, recovery codes created since then stop working, and we email you a link to get back in. It works for ${durationWords(tokenLifetime.lockdown)}.${bound}`,
    action: { text: 'This wasn’t me', url },
  };
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
      paragraphs: [`Confirm your email address to create your account at ${site}.`],
      action: { text: 'Confirm email address', url: origin + paths.verifyEmail(secret) },
      afterwards: [
        `The link works for ${durationWords(tokenLifetime['sign-up'])}.`,
        'If you did not ask for this, you can ignore this email, and no account is created.',
      ],
    },
    'confirm-email': {
      subject: 'Confirm your email address',
      paragraphs: [`Confirm that this is the email address of your account at ${site}.`],
      action: { text: 'Confirm email address', url: origin + paths.verifyEmail(secret) },
      afterwards: [`The link works for ${durationWords(tokenLifetime['confirm-email'])}.`, ignore],
    },
    'known-device': {
      subject: 'Use your password in another browser',
      paragraphs: [
        `Too many wrong passwords were tried for your account at ${site}. For now, your password works only in browsers that have signed in before.`,
        'To make it work in another browser, open this link there.',
      ],
      action: { text: 'Allow this browser', url: origin + paths.useKnownDevice(secret) },
      afterwards: [
        `The link works once, for ${durationWords(tokenLifetime['known-device'])}. It does not sign you in: you still need your password.`,
        `${ignore} Do not forward it.`,
      ],
    },
    'change-email': {
      subject: 'Confirm your new email address',
      paragraphs: [`Confirm that this is the new email address of your account at ${site}.`],
      action: { text: 'Confirm new address', url: origin + paths.confirmEmail(secret) },
      afterwards: [
        `Open it within ${durationWords(tokenLifetime['change-email'])}, in the browser where you asked for the change, while you are signed in there.`,
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
  const usually = `for ${durationWords(tokenLifetime['reset-password'])}`;
  const reasons = {
    forgotten: { first: [], works: usually, last: `${ignore} Your password stays as it is.` },
    operator: {
      first: [`The people who run ${site} created this link for you.`],
      works: usually,
      last: 'Nothing changes until you use it.',
    },
    secured: {
      first: [
        `Your account at ${site} was secured: all devices were signed out, and its password no longer works.`,
      ],
      works: `for ${durationWords(tokenLifetime.lockdown)}`,
      last: 'We then ask you to review the passkeys that you had before. They work again once you have.',
    },
    'no-address': {
      first: [
        `Your earlier account at ${site} was secured. Another account has this address now, so the earlier one has none until you enter one. Until then, come back with the link below. Each time you use it, we email you the next one.`,
      ],
      works: `for at most ${durationWords(tokenLifetime.lockdown)} after the account was secured`,
      last: 'The account that has this address now stays as it is.',
    },
  };
  const { first, works, last } = reasons[why];
  return {
    subject: 'Reset your password',
    paragraphs: [...first, `Choose a new password for your account at ${site}, or create a passkey instead.`],
    action: { text: 'Reset password', url: origin + paths.resetPassword(secret) },
    afterwards: [`The link works once, ${works}.`, last],
  };
}

function accountExists(origin: string, site: string): MessageContent {
  return {
    subject: 'You already have an account',
    paragraphs: [
      `Somebody tried to create an account at ${site} with this address. It already has one, so nothing has changed.`,
      'Was it you? Sign in, or choose “Forgot your password?” on the sign-in page.',
    ],
    action: { text: 'Sign in', url: origin + paths.login },
    afterwards: ['If it wasn’t you, you can ignore this email.'],
  };
}

function addressTaken(origin: string, site: string): MessageContent {
  return {
    subject: 'This address already has an account',
    paragraphs: [
      `Somebody tried to use this address for another account at ${site}. It already has an account of its own, so nothing has changed.`,
    ],
    action: { text: 'Sign in', url: origin + paths.login },
    afterwards: ['If it wasn’t you, you can ignore this email.'],
  };
}

function accountDeleted(site: string): MessageContent {
  return {
    subject: 'Your account was deleted',
    paragraphs: [`Your account at ${site} was deleted, with everything that belonged to it.`],
  };
}

/** When and where, such as "Chrome on macOS"; only when, for what has happened in no browser. */
function circumstances({ at, device }: Pick<News, 'at' | 'device'>): NonNullable<MessageContent['facts']> {
  const when = { name: 'When', text: dateTimeWords(new Date(at)) };
  return device ? [when, { name: 'Device', text: device }] : [when];
}
