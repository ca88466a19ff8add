/** What ceremonies ended with in browsers: a name and a time, and nothing that says whose it was. For operators. */
import * as z from 'zod';
import { type Logger, logEvent } from '../../logger.ts';
import { paths } from '../../paths.ts';
import type { AppMiddleware, AppRouter } from '../http/context.ts';
import { parseJson } from '../http/input.ts';
import { eventSourceOf } from '../http/visitor.ts';

type Dependencies = { logger: Logger; limit: AppMiddleware };

const event = z.object({
  ceremony: z.enum(['sign-in', 'second-factor', 'autofill', 'step-up', 'registration', 'upgrade']),
  errorName: z.string().regex(/^[A-Za-z]{1,40}$/),
  /** From the browser's question to its answer, in milliseconds. */
  ms: z.number().int().nonnegative().max(3_600_000),
});

/** POST /api/passkeys/events. */
export function passkeyEventRoutes(router: AppRouter, { logger, limit }: Dependencies): void {
  router.post(paths.passkeyEvents, limit, (ctx) => {
    const { ceremony, errorName, ms } = parseJson(ctx, event);
    const reason = `${ceremony}: ${errorName} after ${ms} ms`;
    logEvent(logger, 'ceremony_failed_in_browser', { outcome: 'changed', reason, ...eventSourceOf(ctx) });
    ctx.set('Cache-Control', 'no-store');
    ctx.status = 204;
  });
}
