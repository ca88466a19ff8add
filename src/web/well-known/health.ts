/** For whoever runs this: is the process up, and can it serve. */

import { paths } from '../../paths.ts';
import type { AppContext, AppRouter } from '../http/context.ts';

export type Readiness = {
  /** False while the process is closing. */
  accepting(): boolean;
  database(): Promise<boolean>;
  passkeys(): Promise<boolean>;
};

/** GET /healthz and GET /readyz. */
export function healthRoutes(router: AppRouter, readiness: Readiness): void {
  router.get(paths.health, (ctx) => answer(ctx, 200, { status: 'ok' }));

  // A passkey service that is down is told and not required: passwords still work.
  router.get(paths.readiness, async (ctx) => {
    const [database, passkeys] = await Promise.all([readiness.database(), readiness.passkeys()]);
    const ready = database && readiness.accepting();
    answer(ctx, ready ? 200 : 503, {
      status: ready ? 'ready' : 'not ready',
      database: database ? 'ok' : 'unavailable',
      passkeys: passkeys ? 'ok' : 'unavailable',
    });
  });
}

function answer(ctx: AppContext, status: number, body: object): void {
  ctx.status = status;
  ctx.set('Cache-Control', 'no-store');
  ctx.body = body;
}
