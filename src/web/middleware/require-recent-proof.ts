/** The second lock, before what changes how somebody signs in: whoever stands here must have proved lately who they are. */
import { AppError } from '../../errors.ts';
import { cleaned } from '../../names.ts';
import { reauthPath } from '../../paths.ts';
import type { AppContext, AppMiddleware } from '../http/context.ts';
import { keepDraft } from '../http/draft-cookie.ts';
import { seeOther, wantedPath } from '../http/redirect.ts';
import { hasRecentPasskeyProof, hasRecentProof } from '../http/session.ts';

/**
 * Lets pass whose last proof is younger than ten minutes. Others are sent to prove it, and then back; what a form said
 * is kept for them meanwhile, for ten minutes. Stands behind requireUser.
 *
 * @param secure whether the site is served over https
 * @param kept the fields of the form that are worth keeping; never a password
 * @throws {AppError} `reauth_required` on JSON addresses
 */
export function requireRecentProof(secure: boolean, kept: readonly string[] = []): AppMiddleware {
  return async (ctx, next) => {
    if (hasRecentProof(ctx)) return next();
    if (ctx.path.startsWith('/api/')) throw new AppError('reauth_required', 'Confirm that it’s you first.');
    if (ctx.method === 'POST') keepDraft(ctx, fieldsOf(ctx, kept), secure);
    return seeOther(ctx, reauthPath(wantedPath(ctx)));
  };
}

/** The same for what only a passkey may prove. */
export function requirePasskeyProof(secure: boolean): AppMiddleware {
  return async (ctx, next) => {
    if (hasRecentPasskeyProof(ctx)) return next();
    if (ctx.method === 'POST') keepDraft(ctx, {}, secure);
    return seeOther(ctx, reauthPath(wantedPath(ctx), 'passkey'));
  };
}

/** What was typed and ticked; several ticks of one name stand in one text, with spaces between them. */
function fieldsOf(ctx: AppContext, kept: readonly string[]): Record<string, string> {
  const body = (ctx.request.body ?? {}) as Record<string, unknown>;
  const fields = kept.map((name) => [name, cleaned(textsIn(body[name]).join(' '))] as const);
  return Object.fromEntries(fields.filter(([, text]) => text !== ''));
}

function textsIn(value: unknown): string[] {
  return [value].flat().filter((text) => typeof text === 'string');
}
