/** Requests, by what the log calls them. Must not know a path. */
import { Counter, Histogram, type Registry } from 'prom-client';
import type { RequestFacts } from '../logger.ts';

/** Seconds. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST']);

/** @returns what is told each request when it is over */
export function measureRequests(registry: Registry): (facts: RequestFacts) => void {
  const registers = [registry];
  const total = new Counter({
    name: 'http_requests_total',
    help: 'Requests that are over. Status is "none" where the connection broke before there was one.',
    labelNames: ['method', 'route', 'status'] as const,
    registers,
  });
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'From the first byte of a request to the last of its answer.',
    labelNames: ['route'] as const,
    buckets,
    registers,
  });
  return ({ method, route, status, ms }) => {
    const name = routeOf(route);
    total.inc({ method: methods.has(method) ? method : 'other', route: name, status: status ?? 'none' });
    duration.observe({ route: name }, ms / 1_000);
  };
}

/** Files have new names with each build. */
function routeOf(route: string): string {
  return route.startsWith('/assets/') ? '/assets/:file' : route;
}
