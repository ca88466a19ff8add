/** Serves metrics on a port of their own, for whoever is on this machine. Knows no token and no page. */
import type { RequestListener } from 'node:http';
import type { Metrics } from './metrics.ts';

/**
 * @param ownHeaders those of every answer, see security-headers.ts
 * @param isOurs whether what a request calls its host is a name under which we answer
 */
export function answerScrapes(
  metrics: Metrics,
  ownHeaders: ReadonlyMap<string, string>,
  isOurs: (host: string | undefined) => boolean,
): RequestListener {
  return async ({ method, url, headers }, response) => {
    response.setHeaders(new Map([...ownHeaders, ['Cache-Control', 'no-store']]));
    if (!isOurs(headers.host) || url?.split('?')[0] !== '/metrics') return void response.writeHead(404).end();
    if (method !== 'GET') return void response.writeHead(405, { Allow: 'GET' }).end();
    const { type, text } = await metrics.read();
    response.setHeader('Content-Type', type).end(text);
  };
}
