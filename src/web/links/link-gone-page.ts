/** What is said of a mailed link that does not work any more: used, expired or never one, and nobody is told which. */
import { tokenLifetime } from '../../lifetimes.ts';
import { paths } from '../../paths.ts';
import { durationWords } from '../../times.ts';
import type { AppContext } from '../http/context.ts';
import { troublePage } from '../http/error-page.ts';
import type { Page } from '../http/views.ts';

export type LinkKind = 'confirm-email' | 'reset-password' | 'change-email' | 'lockdown' | 'known-device';

/** Why that may be, and where to go from here. */
const words: Record<LinkKind, { sentence: string; way: { href: string; text: string } }> = {
  'confirm-email': {
    sentence: 'It was already used, or it has expired. If you were signing up, sign in or start again.',
    way: { href: paths.login, text: 'Go to the sign-in page' },
  },
  'reset-password': {
    sentence: 'It was already used, it has expired, or your account has changed since.',
    way: { href: paths.forgotPassword, text: 'Get a new link' },
  },
  'change-email': {
    sentence: `It was already used, it is older than ${durationWords(tokenLifetime['change-email'])}, your account has changed since, or the address now has an account of its own.`,
    way: { href: paths.email, text: 'Get a new link' },
  },
  lockdown: {
    sentence: `It was already used, it is older than ${durationWords(tokenLifetime.lockdown)}, or the account was deleted. If you still suspect somebody, reset your password.`,
    way: { href: paths.forgotPassword, text: 'Reset your password' },
  },
  'known-device': {
    sentence: `It was already used, it is older than ${durationWords(tokenLifetime['known-device'])}, or your account has changed since.`,
    way: { href: paths.login, text: 'Go to the sign-in page' },
  },
};

export function linkGonePage(ctx: AppContext, kind: LinkKind): Page {
  return troublePage(ctx, { heading: 'This link no longer works', ...words[kind] });
}
