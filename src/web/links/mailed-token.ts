/** The secret of a mailed link as it stands in an address. */
import type { AppContext } from '../http/context.ts';
import { type LinkKind, linkGonePage } from './link-gone-page.ts';

/** 128 bits in base64url: nobody guesses them, and an address with them fits into a line of a mail. */
const shape = /^[\w-]{22}$/;

/** What came in the address; empty, which is nobody's secret, when it cannot be one. */
export function tokenOf(ctx: AppContext): string {
  const token = ctx.params?.token ?? '';
  return shape.test(token) ? token : '';
}

/** Answers 410. */
export function linkGone(ctx: AppContext, kind: LinkKind): void {
  ctx.status = 410;
  ctx.render(linkGonePage(kind));
}
