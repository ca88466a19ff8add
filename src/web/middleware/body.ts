/** Reads bodies within limits. What is compressed, foreign or too large is refused; what is in them is `input.ts`'s. */
import bodyParser from 'koa-bodyparser';
import { AppError } from '../../errors.ts';
import type { AppMiddleware } from '../context.ts';

export function body(): AppMiddleware {
  const options = {
    enableTypes: ['form', 'json'],
    formLimit: '16kb',
    jsonLimit: '64kb',
    // For qs, which reads the forms; the parser's types do not know that it is passed on.
    queryString: { parameterLimit: 100, depth: 0, allowPrototypes: false },
  };
  const parse = bodyParser(options);
  return async (ctx, next) => {
    if (ctx.get('Content-Encoding') !== '') {
      throw new AppError('unsupported_media_type', 'Compressed requests are not taken here.');
    }
    return parse(ctx as never, next as never);
  };
}
