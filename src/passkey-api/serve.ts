/** The API over HTTP: carries requests in and answers out. Must not know what is asked or answered. */
import type { IncomingMessage, RequestListener } from 'node:http';
import type { Readable } from 'node:stream';
import Koa, { type Context, type Middleware } from 'koa';
import type { ApiRequest } from './exchange.ts';
import type { PasskeyApi } from './index.ts';
import { Problem, unprocessable } from './problem.ts';

/** Bytes of a body. */
const mostBytes = 256 * 1024;

/** A middleware that brings along what it needs of the context. */
type Pages = (ctx: never, next: () => Promise<unknown>) => unknown;

/**
 * A listener for the requests of a server.
 *
 * @param addressOf where a request comes from, as limits count it
 * @param onFault told of a connection that breaks, and of whatever else keeps an answer from being sent
 * @param pages what is served beside the API, and leaves it all that is not its own
 */
export function overHttp(
  api: PasskeyApi,
  addressOf: (request: IncomingMessage) => string,
  onFault: (error: unknown) => void,
  pages?: Pages,
): RequestListener {
  const app = new Koa();
  app.on('error', onFault);
  if (pages) app.use(pages as Middleware);
  app.use(async (ctx) => {
    const { status, headers, body } = await api.answer(requestOf(ctx, addressOf(ctx.req)));
    ctx.status = status;
    ctx.set(headers);
    if (body !== '') ctx.body = body;
  });
  return app.callback();
}

function requestOf(ctx: Context, address: string): ApiRequest {
  const scheme = /^\s*https\s*(,|$)/i.test(ctx.get('X-Forwarded-Proto')) ? 'https' : ctx.protocol;
  const [path = '', query = ''] = targetOf(ctx.req).split(/\?(.*)/s);
  return {
    method: ctx.method,
    path,
    query,
    origin: `${scheme}://${ctx.host}`,
    headers: ctx.headers,
    address,
    text: () => textOf(ctx.req),
  };
}

/** RFC 9112, section 3.2: of an absolute address its path. Koa, asked for a path, throws where there is none. */
function targetOf({ url = '' }: IncomingMessage): string {
  return url.replace(/^https?:\/\/[^/?]*/i, '');
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunksOf(request)) {
    length += chunk.length;
    if (length > mostBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Leaves the connection open when reading stops early, so that the refusal can still be sent over it. */
async function* chunksOf(request: Readable): AsyncGenerator<Buffer> {
  try {
    yield* request.iterator({ destroyOnReturn: false });
  } catch {
    throw unprocessable('the body broke off');
  }
}

/** The rest of the body must not be taken for the next request. */
function tooLarge(): Problem {
  return new Problem(413, 'Request Entity Too Large', '', { connection: 'close' });
}
