/** What a letter about a change of an account says. Knows sentences; sends nothing. */
import { dateTimeWords } from '../pages/times.ts';
import type { News } from './letter.ts';

type Words = { subject: string; sentence: string };

/** The subject and the first sentence, for every change that its owner is told by mail. */
export function newsWords({ event, detail }: Pick<News, 'event' | 'detail'>): Words {
  const name = detail ?? '';
  const words: Record<News['event'], Words> = {
    account_created: { subject: 'Your account is ready', sentence: 'Your account was created.' },
    signed_in: { subject: 'You signed in', sentence: 'Somebody signed in to your account.' },
    new_device: {
      subject: 'New sign-in to your account',
      sentence: 'Somebody signed in to your account on a device that has not been used for it before.',
    },
    sessions_ended: { subject: 'Sessions ended', sentence: 'Sessions of your account were ended.' },
    email_confirmed: { subject: 'Email address confirmed', sentence: 'Your email address was confirmed.' },
    email_changed: {
      subject: 'Your email address was changed',
      sentence: `The email address of your account was changed: ${name}.`,
    },
    password_set: { subject: 'A password was set', sentence: 'Your account has a password now.' },
    password_changed: {
      subject: 'Your password was changed',
      sentence: 'The password of your account was changed.',
    },
    password_removed: {
      subject: 'Your password was removed',
      sentence: 'The password of your account was removed. You sign in with your passkeys from now on.',
    },
    password_reset: {
      subject: 'Your password was reset',
      sentence: 'Your account was opened again with a link that we had mailed you.',
    },
    reset_link_made: {
      subject: 'A link to your account was made',
      sentence: 'A link that resets your password was made, for somebody to hand it to you.',
    },
    passkey_added: {
      subject: 'A passkey was added',
      sentence: `A passkey was added to your account: ${name}.`,
    },
    passkey_added_automatically: {
      subject: 'A passkey was added',
      sentence: `Your password manager has saved a passkey for your account: ${name}.`,
    },
    passkey_renamed: { subject: 'A passkey was renamed', sentence: `A passkey was renamed to ${name}.` },
    passkey_removed: {
      subject: 'A passkey was removed',
      sentence: `A passkey was removed from your account: ${name}.`,
    },
    data_exported: { subject: 'Your data was exported', sentence: 'The data of your account was exported.' },
    locked_down: {
      subject: 'Your account was secured',
      sentence:
        'Your account was secured: everybody was signed out, and its password does not work any more.',
    },
  };
  return words[event];
}

/** When and where, such as "26 Nov 2026, 14:05 UTC, on Chrome on macOS." */
export function circumstances({ at, device }: Pick<News, 'at' | 'device'>): string {
  const when = dateTimeWords(new Date(at));
  return device ? `When: ${when}. Where: ${device}.` : `When: ${when}.`;
}
