/** Reads bodies within limits. What is compressed, foreign or too large is refused; what is in them is `input.ts`'s. */
import { isHttpError } from 'http-errors';
import bodyParser from 'koa-bodyparser';
import { AppError } from '../../errors.ts';
import type { AppMiddleware } from '../http/context.ts';

/** @throws {AppError} `unsupported_media_type`, `invalid_request`; http-errors with 413 when a body is too large */
export function body(): AppMiddleware {
  const options = {
    enableTypes: ['form', 'json'],
    formLimit: '16kb',
    jsonLimit: '64kb',
    // For qs, which reads the forms; the parser's types do not know that it is passed on.
    queryString: {
      parameterLimit: 100,
      arrayLimit: 100,
      throwOnLimitExceeded: true,
      depth: 0,
      allowPrototypes: false,
    },
    onerror: refuse,
  };
  const parse = bodyParser(options);
  return async (ctx, next) => {
    if (isCompressed(ctx.get('Content-Encoding'))) {
      throw new AppError('unsupported_media_type', 'Compressed requests are not accepted here.');
    }
    // The parser knows one spelling of what is not compressed.
    delete ctx.req.headers['content-encoding'];
    return parse(ctx as never, next as never);
  };
}

/**
 * Reads the body, and leaves what is wrong with it to {@link refuseBody}, which comes when it is known who sent it: so the
 * page that says it is theirs.
 */
export function readBody(): AppMiddleware {
  const read = body();
  return async (ctx, next) => {
    await read(ctx, async () => {}).catch((fault) => {
      ctx.state.bodyFault = fault;
    });
    return next();
  };
}

/** @throws as {@link body} */
export function refuseBody(): AppMiddleware {
  return (ctx, next) => {
    if (ctx.state.bodyFault) throw ctx.state.bodyFault;
    return next();
  };
}

/** RFC 9110, section 8.4.1: a list of codings in any case, of which `identity` is none. */
function isCompressed(encoding: string): boolean {
  return encoding.split(',').some((coding) => !/^\s*(identity\s*)?$/i.test(coding));
}

/** Broken JSON and too many parameters come as plain errors that carry the body; it must not get into a log. */
function refuse(error: Error): never {
  if (isHttpError(error)) throw error;
  throw new AppError('invalid_request', 'This request could not be read.');
}
