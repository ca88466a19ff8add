/** Middleware alone over HTTP, behind the door for errors: no database, no session, no pages. Knows no route. */
import { createServer, type Server } from 'node:http';
import Koa from 'koa';
import { createLogger } from '../../src/logger.ts';
import type { AppContext, AppMiddleware, AppState } from '../../src/web/http/context.ts';
import { renderErrors } from '../../src/web/middleware/render-errors.ts';

export type RunningMiddleware = { server: Server; close(): Promise<void> };

/** Where a refusal is told in JSON: there are no pages. */
export const anywhere = '/api/anywhere';

/** Listens on a free loopback port. */
export async function startMiddleware(...middleware: AppMiddleware[]): Promise<RunningMiddleware> {
  const koa = new Koa<AppState, AppContext>();
  koa.use(renderErrors(createLogger('silent')));
  for (const each of middleware) koa.use(each);
  const server = createServer(koa.callback());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    server,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
