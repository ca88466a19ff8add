/**
 * The one error handler: code to status, page or problem+json. Keeps the headers that are set already, never
 * writes the session, and says nothing that was not meant for people.
 */
import { isHttpError } from 'http-errors';
import { isDatabaseUnavailable } from '../../db/faults.ts';
import { AppError, type ErrorCode, nothingThere } from '../../errors.ts';
import { type Logger, logEvent, pseudonym } from '../../logger.ts';
import { paths } from '../../paths.ts';
import type { AppContext, AppMiddleware } from '../http/context.ts';
import { errorPage } from '../http/error-page.ts';
import { sessionCookiesOf } from '../http/session.ts';

type Refusal = { status: number; code: string };

/** What each refusal is called on the wire; some of them share one public code. */
const refusals: Record<ErrorCode, Refusal> = {
  invalid_input: { status: 422, code: 'invalid_input' },
  invalid_request: { status: 400, code: 'invalid_request' },
  unsupported_media_type: { status: 415, code: 'unsupported_media_type' },
  foreign_origin: { status: 403, code: 'foreign_origin' },
  https_required: { status: 403, code: 'https_required' },
  signed_out: { status: 401, code: 'signed_out' },
  pending_sign_in_ended: { status: 401, code: 'signed_out' },
  reauth_required: { status: 403, code: 'reauth_required' },
  upgrade_not_allowed: { status: 403, code: 'upgrade_not_allowed' },
  wrong_account: { status: 403, code: 'wrong_account' },
  act_changed: { status: 409, code: 'act_changed' },
  not_found: { status: 404, code: 'not_found' },
  sign_up_closed: { status: 404, code: 'not_found' },
  mail_off: { status: 404, code: 'not_found' },
  too_many_requests: { status: 429, code: 'too_many_requests' },
  challenge_expired: { status: 409, code: 'challenge_expired' },
  uv_required: { status: 422, code: 'uv_required' },
  sign_in_refused: { status: 401, code: 'not_verified' },
  registration_refused: { status: 422, code: 'not_verified' },
  credential_unknown: { status: 404, code: 'credential_unknown' },
  passkey_held: { status: 403, code: 'passkey_held' },
  already_registered: { status: 409, code: 'already_registered' },
  too_many_passkeys: { status: 422, code: 'too_many_passkeys' },
  last_way_in: { status: 409, code: 'last_way_in' },
  passkey_service_unavailable: { status: 503, code: 'passkey_service_unavailable' },
  service_unavailable: { status: 503, code: 'service_unavailable' },
};

/** @property kind what the refusal is called inside, where its page has a heading of its own */
type Answer = Refusal & { kind?: ErrorCode; sentence: string; retryAfter?: number | undefined };

/**
 * Stands before whatever may fail; throws nothing on.
 *
 * @param hasPage whether an address shows a page to whoever goes there
 */
export function renderErrors(
  logger: Logger,
  hasPage: (path: string) => boolean = () => false,
): AppMiddleware {
  return async (ctx, next) => {
    try {
      await next();
      const bare = bareAnswer(ctx);
      if (bare) await render(ctx, bare, hasPage);
    } catch (error) {
      const answer = answerFor(error);
      report(logger, ctx, answer, error);
      // The rest of a body that was refused unread must not be taken for the next request.
      if (answer.status === 413) ctx.set('Connection', 'close');
      await render(ctx, answer, hasPage);
    }
  };
}

/** Nothing matched, or not this method: the router leaves a status and no body. */
function bareAnswer(ctx: AppContext): Answer | null {
  if (ctx.body != null || ctx.res.headersSent) return null;
  // For a method it does not know, the router answers 501 with `Allow`, even (empty) at an unknown address.
  const isNowhere = ctx.status === 501 && ctx.response.headers.allow === '';
  if (isNowhere) ctx.remove('allow');
  if (isNowhere || ctx.status === 404) return answerFor(nothingThere());
  if (ctx.status === 405 || ctx.status === 501) {
    return {
      status: 405,
      code: 'method_not_allowed',
      sentence: 'This page can’t do what your browser asked for.',
    };
  }
  return null;
}

function answerFor(error: unknown): Answer {
  if (error instanceof AppError) {
    return {
      ...refusals[error.code],
      kind: error.code,
      sentence: error.message,
      retryAfter: error.retryAfter,
    };
  }
  if (isDatabaseUnavailable(error)) {
    return {
      ...refusals.service_unavailable,
      sentence: 'We cannot do this right now. Try again in a moment.',
      retryAfter: 5,
    };
  }
  if (isHttpError(error) && error.status < 500) return answerForHttpError(error.status);
  return {
    status: 500,
    code: 'internal_error',
    sentence: 'It was our fault. Try again in a moment.',
  };
}

/** What the body parser and Koa throw. */
function answerForHttpError(status: number): Answer {
  if (status === 413)
    return {
      status,
      code: 'payload_too_large',
      sentence: 'What you sent is too long. Make it shorter and send it again.',
    };
  if (status === 415)
    return { ...refusals.unsupported_media_type, sentence: 'This kind of content is not accepted here.' };
  return { ...refusals.invalid_request, sentence: 'This request could not be read.' };
}

function report(logger: Logger, ctx: AppContext, answer: Answer, error: unknown): void {
  if (error instanceof AppError) reportRefusal(logger, ctx, error);
  const facts = { requestId: ctx.state.requestId, status: answer.status, code: answer.code };
  if (answer.status === 500) logger.error({ ...facts, err: error }, 'unexpected error');
  else if (answer.status === 503) {
    const reason = error instanceof AppError ? (error.reason ?? String(error.cause ?? '')) : String(error);
    // Its end: knex puts the statement before what the database said.
    logger.warn({ ...facts, reason: reason.slice(-300) }, 'unavailable');
  }
}

/** People hear that there is nothing; the log hears that somebody asked for what is not theirs, or too often. */
function reportRefusal(logger: Logger, { state, path }: AppContext, { code, reason }: AppError): void {
  if (!reason) return;
  const { user, address, requestId } = state;
  const who = user ? { user: pseudonym(user.id) } : {};
  const facts = { outcome: 'refused', reason, ...who, address, requestId } as const;
  if (code === 'not_found') logEvent(logger, 'ownership_refused', facts);
  if (code !== 'too_many_requests') return;
  // The metrics count by it the tries to sign in that were turned away.
  const way = path === paths.login ? ({ method: 'password' } as const) : {};
  logEvent(logger, 'rate_limited', { ...facts, ...way });
}

async function render(ctx: AppContext, answer: Answer, hasPage: (path: string) => boolean): Promise<void> {
  ctx.status = answer.status;
  ctx.set('Cache-Control', 'no-store');
  // A handler may have got as far as its redirect and its cookies; a refusal leaves neither. What has become of the session is
  // in the database by now: without its cookie its browser would lose a session that was renewed or renamed.
  const session = sessionCookiesOf(ctx);
  ctx.remove('Location');
  ctx.remove('Set-Cookie');
  if (session.length > 0) ctx.set('Set-Cookie', session);
  if (answer.retryAfter) ctx.set('Retry-After', String(answer.retryAfter));
  if (wantsJson(ctx)) {
    const forward = answer.code === 'reauth_required' ? { reauth_url: paths.reauth } : {};
    ctx.body = { title: answer.sentence, status: answer.status, code: answer.code, ...forward };
    ctx.type = 'application/problem+json';
    return;
  }
  if (!(await showForm(ctx, answer)))
    ctx.render(errorPage(ctx, { ...answer, code: answer.kind ?? answer.code, hasPage: hasPage(ctx.path) }));
}

/** Where waiting helps, what was typed is worth keeping. @returns false where there is no form, or it cannot be shown now */
async function showForm(ctx: AppContext, { status, sentence }: Answer): Promise<boolean> {
  const { formAgain } = ctx.state;
  if (!formAgain || (status !== 429 && status !== 503)) return false;
  try {
    await formAgain(ctx, sentence);
    return ctx.body != null;
  } catch {
    return false;
  }
}

function wantsJson(ctx: AppContext): boolean {
  // At these addresses only whoever names HTML is a browser that shows the answer to a person.
  const isApi = ctx.path.startsWith('/api/');
  return isApi ? ctx.accepts('json', 'html') !== 'html' : ctx.accepts('html', 'json') === 'json';
}
