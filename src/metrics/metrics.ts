/**
 * What a process has done and how it is, for Prometheus. It listens where things are told already: to the log, to the
 * observer of ceremonies, to the calls of the passkey service. Loaded only where metrics are asked for. Labels come from
 * closed lists alone, so that no stranger can make more of them. Knows no request, person, secret or address.
 */
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { LogListener } from '../logger.ts';
import { countCeremonies } from './ceremonies.ts';
import { countEvents } from './events.ts';
import { measureCalls } from './passkey-calls.ts';
import { measureRequests } from './requests.ts';
import { lookAtState } from './state.ts';

export type Metrics = ReturnType<typeof createMetrics>;

/** Metrics of this process alone: another process on the same database answers for itself. */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const ceremonies = countCeremonies(registry);
  const events = countEvents(registry);
  const state = lookAtState(registry);
  const listener: LogListener = {
    request: measureRequests(registry),
    event: (event, facts) => {
      events(event, facts);
      ceremonies.event(event, facts);
      state.event(event, facts);
    },
  };
  return {
    /** For the log; see logger.ts. */
    listener,
    /** For the ceremonies of passkeys. */
    observe: ceremonies.observe,
    /** The same way to the passkey service, and how long each call takes. */
    watched: measureCalls(registry),
    /** What is asked at each scrape. */
    askAtScrape: state.ask,
    /** What Prometheus is answered: the content type, and the text. What cannot be found out is left out or NaN. */
    read: async (): Promise<{ type: string; text: string }> => {
      await state.look();
      return { type: registry.contentType, text: await registry.metrics() };
    },
  };
}
