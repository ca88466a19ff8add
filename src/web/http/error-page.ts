/** The pages for what was refused or failed: what happened, and the next step as a button. Knows no cause. */
import { paths, signInPath } from '../../paths.ts';
import type { AppContext } from './context.ts';
import { frame } from './layout-data.ts';
import { wantedPath } from './redirect.ts';
import type { Page } from './views.ts';

/** By what it is called on the wire or, for what has no heading of its own, by its status. */
const headings: Record<string, string> = {
  foreign_origin: 'We blocked this request',
  https_required: 'This page needs https',
  signed_out: 'You are signed out',
  sign_up_closed: 'Sign-up is closed',
  mail_off: 'This site does not send email',
  403: 'You can’t do that',
  404: 'Page not found',
  405: 'This page can’t do that',
  409: 'That can’t be done right now',
  413: 'That is too long',
  429: 'Please wait a moment',
  500: 'Something went wrong',
  503: 'Not available right now',
};

export type Trouble = {
  status: number;
  code: string;
  /** What happened and what to do, in plain words. */
  sentence: string;
  /** Whether the same address shows a page, to which one can go back. */
  hasPage: boolean;
};

type Way = { href: string; text: string };

/** In the frame of whoever is signed in. */
export function errorPage(ctx: AppContext, trouble: Trouble): Page {
  const { status, code, sentence } = trouble;
  const isGuest = code === 'signed_out' || !ctx.state.user;
  return troublePage(isGuest ? null : ctx, {
    heading: headings[code] ?? headings[status] ?? 'That did not work',
    sentence,
    way: wayFrom(ctx, trouble, isGuest),
    // So that a person and the log speak of the same thing.
    reference: status === 500 ? ctx.state.requestId : '',
  });
}

type Told = { heading: string; sentence: string; way: Way | null; reference?: string };

/** @param ctx null for guests; for others the request, for their frame */
export function troublePage(ctx: AppContext | null, { reference = '', ...told }: Told): Page {
  return {
    template: 'error',
    title: told.heading,
    data: { ...frameOf(ctx), ...told, reference },
  };
}

/**
 * Of whoever is signed in. The offer of an automatic passkey is left for a page that somebody asked for, and the script
 * asks for nothing: what failed may fail for it as well.
 */
function frameOf(ctx: AppContext | null): object {
  const user = ctx?.state.user;
  if (!ctx || !user) return { email: '' };
  return {
    ...frame({ ...user, path: ctx.path, takeUpgradeOffer: () => false, takeCodesLeft: () => undefined }),
    signalsUrl: '',
  };
}

/**
 * A page that failed is tried again, a form is gone back to, and from everywhere else one leads to where all begins. Null
 * where every page would say the same.
 */
function wayFrom(ctx: AppContext, { status, code, hasPage }: Trouble, isGuest: boolean): Way | null {
  if (code === 'signed_out') return { href: signInPath(paths.dashboard), text: 'Sign in' };
  if (code === 'https_required') return null;
  if (code === 'foreign_origin') return { href: paths.home, text: 'Go to the start page' };
  const isLooking = ctx.method === 'GET' || ctx.method === 'HEAD';
  const isOver = status === 403 || status === 404;
  if (hasPage && !isOver)
    return isLooking ? { href: wantedPath(ctx), text: 'Try again' } : { href: ctx.path, text: 'Go back' };
  return isGuest
    ? { href: paths.login, text: 'Go to the sign-in page' }
    : { href: paths.dashboard, text: 'Go to your dashboard' };
}
