/** The secret of a mailed link as it stands in an address, and who is held to a limit there. Must not know what a link does. */
import type { AppContext, AppMiddleware } from '../http/context.ts';
import { type LinkKind, linkGonePage } from './link-gone-page.ts';

/** 128 bits in base64url: nobody guesses them, and an address with them fits into a line of a mail. */
const secret = /^[\w-]{22}/;

/**
 * The secret in the address; empty, which is nobody's secret, when none stands there. All secrets have one length, and
 * what comes behind it is not asked about: mail programs take the full stop of a sentence, a bracket or half of their own
 * markup for a part of the link.
 */
export function tokenOf(ctx: AppContext): string {
  return secret.exec(ctx.params?.token ?? '')?.[0] ?? '';
}

/**
 * A limit for whoever posts to a mailed link that does not work. Whoever has one that does is not held to what strangers
 * behind the same address may post.
 *
 * @param open looks where a link leads without using it; null when it does not work (any more)
 */
export function limitUnlessOpen(
  open: (token: string) => Promise<object | null>,
  limit: AppMiddleware,
): AppMiddleware {
  return async (ctx, next) => ((await open(tokenOf(ctx))) ? next() : limit(ctx, next));
}

/** Answers 410. */
export function linkGone(ctx: AppContext, kind: LinkKind): void {
  ctx.status = 410;
  ctx.render(linkGonePage(ctx, kind));
}
