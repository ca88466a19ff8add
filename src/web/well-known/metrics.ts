/**
 * What Prometheus asks for, on the port that everybody reaches: for whoever has no token there is nothing at this address. Must
 * not know what is counted.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { nothingThere } from '../../errors.ts';
import { paths } from '../../paths.ts';
import type { AppRouter } from '../http/context.ts';

export type MetricsDoor = {
  token: string;
  read: () => Promise<{ type: string; text: string }>;
};

/** GET /metrics, where there is a token. Every other method, and every other caller, meets the page of an unknown address. */
export function metricsRoutes(router: AppRouter, { metrics }: { metrics?: MetricsDoor | undefined }): void {
  if (!metrics) return;
  router.all(paths.metrics, async (ctx) => {
    if (ctx.method !== 'GET' || !holds(metrics.token, ctx.get('Authorization')))
      // Thrown: for a method it does not know, the router answers 501 with `Allow`, and that would name this address.
      throw nothingThere();
    const { type, text } = await metrics.read();
    ctx.set('Cache-Control', 'no-store');
    ctx.set('Content-Type', type);
    ctx.body = text;
  });
}

/** Takes as long for every wrong token: two hashes are compared, of which nobody can guess one piece after the other. */
function holds(token: string, authorization: string): boolean {
  const [, given = ''] = /^Bearer +(.*)$/i.exec(authorization) ?? [];
  return timingSafeEqual(hashOf(given), hashOf(token));
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
