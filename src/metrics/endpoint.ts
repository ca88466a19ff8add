/** Serves metrics on a port of their own, for whoever is on this machine. Knows no token and no page. */
import type { RequestListener } from 'node:http';
import type { Metrics } from './metrics.ts';

/** @param headers those of every answer, see security-headers.ts */
export function answerScrapes(metrics: Metrics, headers: ReadonlyMap<string, string>): RequestListener {
  return async ({ method, url }, response) => {
    response.setHeaders(new Map([...headers, ['Cache-Control', 'no-store']]));
    if (url?.split('?')[0] !== '/metrics') return void response.writeHead(404).end();
    if (method !== 'GET') return void response.writeHead(405, { Allow: 'GET' }).end();
    const { type, text } = await metrics.read();
    response.setHeader('Content-Type', type).end(text);
  };
}
