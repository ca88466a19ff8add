/** What is said of a mailed link that does not work any more: used, expired or never one, and nobody is told which. */
import { paths } from '../../paths.ts';
import type { Page } from '../http/views.ts';

export type LinkKind = 'confirm-email' | 'reset-password' | 'change-email' | 'lockdown' | 'known-device';

/** Why that may be, and where to go from here. */
const words: Record<LinkKind, { sentence: string; way: { href: string; text: string } }> = {
  'confirm-email': {
    sentence: 'It was used already, or it is too old. If you signed up, sign in or begin again.',
    way: { href: paths.login, text: 'Go to the sign-in page' },
  },
  'reset-password': {
    sentence: 'It was used already, it is too old, or the account has changed since.',
    way: { href: paths.forgotPassword, text: 'Ask for a new link' },
  },
  'change-email': {
    sentence:
      'It was used already, it is older than an hour, the account has changed since, or the address has an account by now.',
    way: { href: paths.email, text: 'Ask for a new link' },
  },
  lockdown: {
    sentence: 'It was used already, or it is older than a week. If something is wrong, reset your password.',
    way: { href: paths.forgotPassword, text: 'Reset your password' },
  },
  'known-device': {
    sentence: 'It was used already, it is older than 60 minutes, or the account has changed since.',
    way: { href: paths.login, text: 'Go to the sign-in page' },
  },
};

export function linkGonePage(kind: LinkKind): Page {
  const heading = 'This link does not work any more';
  return { template: 'link-gone', title: heading, data: { heading, ...words[kind] } };
}
