/** Calls of the passkey service: how long each takes, and whether it is answered. Looks at no body. */
import { Histogram, type Registry } from 'prom-client';
import type { PasskeyTransport } from '../passkeys/hanko/transport.ts';

/** Seconds; a call ends after five. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const calls = [
  'registration/initialize',
  'registration/finalize',
  'login/initialize',
  'login/finalize',
  'credentials',
  '.well-known/jwks.json',
];

/** @returns takes a way to the service, and gives the same with a watch beside it */
export function measureCalls(registry: Registry): (transport: PasskeyTransport) => PasskeyTransport {
  const duration = new Histogram({
    name: 'passkey_api_request_duration_seconds',
    help: 'Calls of the passkey API: "ok", "refused" with 4xx, or "fault" (no answer, or not the promised one).',
    labelNames: ['call', 'outcome'] as const,
    buckets,
    registers: [registry],
  });
  return (transport) => ({
    ...transport,
    fetch: async (url, init) => {
      const startedAt = performance.now();
      const note = (outcome: string) =>
        duration.observe({ call: callOf(url, transport), outcome }, (performance.now() - startedAt) / 1_000);
      try {
        const answer = await transport.fetch(url, init);
        note('ok');
        return answer;
      } catch (error) {
        // By its name: this is a bundle of its own, and its copy of the class would be another one.
        note(error instanceof Error && error.name === 'PasskeyApiRefusal' ? 'refused' : 'fault');
        throw error;
      }
    },
  });
}

/** Ids and queries are left out. */
function callOf(url: string, { baseUrl, tenantId }: PasskeyTransport): string {
  const path = url.slice(`${baseUrl}/${tenantId}/`.length);
  return (
    calls.find((call) => path === call || path.startsWith(`${call}/`) || path.startsWith(`${call}?`)) ??
    'other'
  );
}
