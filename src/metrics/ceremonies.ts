/** Ceremonies of passkeys, by how they end. Looks at no credential. */
import { Counter, type Registry } from 'prom-client';
import type { SecurityEvent } from '../event-words.ts';
import type { EventFacts } from '../logger.ts';
import type { CeremonyMoment } from '../passkeys/observer.ts';

const names: Record<CeremonyMoment['purpose'], string> = {
  register: 'registration',
  upgrade: 'upgrade',
  'sign-in': 'sign-in',
  reauth: 'step-up',
  'second factor': 'second-factor',
  'second factor registration': 'second-factor-registration',
  confirmation: 'confirmation',
};
/** What browsers call them; anything else that might be told is not counted. */
const inBrowsers: ReadonlySet<string> = new Set([...Object.values(names), 'autofill']);

/** @returns the observer of ceremonies, and what is told each event of the log */
export function countCeremonies(registry: Registry) {
  const total = new Counter({
    name: 'passkey_ceremonies_total',
    help: 'Ceremonies: "started", and of these "accepted", "refused", "failed" here or "failed_in_browser".',
    labelNames: ['ceremony', 'outcome'] as const,
    registers: [registry],
  });
  return {
    observe: (moment: CeremonyMoment): void =>
      total.inc({ ceremony: names[moment.purpose], outcome: outcomeOf(moment) }),
    event: (event: SecurityEvent, { reason = '' }: EventFacts): void => {
      const [ceremony = ''] = reason.split(':');
      if (event === 'ceremony_failed_in_browser' && inBrowsers.has(ceremony))
        total.inc({ ceremony, outcome: 'failed_in_browser' });
    },
  };
}

function outcomeOf(moment: CeremonyMoment): string {
  if (moment.stage === 'start') return 'started';
  if (moment.outcome === 'accepted') return 'accepted';
  return moment.outcome === 'fault' ? 'failed' : 'refused';
}
