/** For whoever runs this: is the process up, can it serve, and is it the one that was meant. */
import { paths } from '../../paths.ts';
import type { AppContext, AppRouter } from '../http/context.ts';

export type Readiness = {
  /** False while the process is closing. */
  accepting(): boolean;
  database(): Promise<boolean>;
  passkeys(): Promise<boolean>;
  /** What only this deployment answers to a nonce; null where it is none. */
  proof(nonce: unknown): string | null;
};

/**
 * GET /healthz and GET /readyz. Whoever asks /healthz with a `nonce` is shown that this is the deployment that has the
 * secret keys (deployment-proof.ts), and told whether they came over https as far as it can tell.
 */
export function healthRoutes(router: AppRouter, readiness: Readiness): void {
  router.get(paths.health, (ctx) => {
    const proof = readiness.proof(ctx.query.nonce);
    answer(ctx, 200, { status: 'ok', ...(proof ? { proof, https: ctx.state.secure } : {}) });
  });

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
