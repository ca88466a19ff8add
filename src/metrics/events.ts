/**
 * The security events of the log, and the sign-ins among them. Must not know reasons, which stay in the log: some come
 * from other programs. Knows no account and no address.
 */
import { Counter, type Registry } from 'prom-client';
import type { SecurityEvent } from '../event-words.ts';
import type { EventFacts } from '../logger.ts';

type Way = { way: NonNullable<EventFacts['method']>; outcome: 'success' | 'refused' | 'limited' };

/** What alerts ask for: Prometheus sees no increase in what is not there before, and so would miss the first. */
const alarms = [
  'mail_given_up',
  'passkey_counter_regression',
  'passkey_service_misconfigured',
  'passkey_token_rejected',
  'second_factor_failed',
  'second_factor_refused',
] satisfies SecurityEvent[];

/** @returns what is told each event */
export function countEvents(registry: Registry): (event: SecurityEvent, facts: EventFacts) => void {
  const events = new Counter({
    name: 'security_events_total',
    help: 'Events of the log; what each is stands in docs/security/log.md.',
    labelNames: ['event', 'outcome'] as const,
    registers: [registry],
  });
  for (const event of alarms) events.inc({ event, outcome: 'refused' }, 0);
  const signIns = new Counter({
    name: 'sign_ins_total',
    help: 'Tries to sign in, by way. "limited" is a try that a limit turned away.',
    labelNames: ['way', 'outcome', 'second_factor'] as const,
    registers: [registry],
  });
  return (event, facts) => {
    events.inc({ event, outcome: facts.outcome }, facts.count ?? 1);
    const signIn = signInOf(event, facts);
    const { secondFactor = 'none' } = facts;
    if (signIn) signIns.inc({ ...signIn, second_factor: secondFactor });
  };
}

function signInOf(event: SecurityEvent, { method }: EventFacts): Way | null {
  switch (event) {
    case 'sign_in':
      return { way: method ?? 'email', outcome: 'success' };
    case 'password_reset':
      return { way: 'email', outcome: 'success' };
    case 'sign_in_refused':
      return { way: method ?? 'password', outcome: 'refused' };
    case 'ceremony_refused':
      return { way: 'passkey', outcome: 'refused' };
    case 'rate_limited':
      return method ? { way: method, outcome: 'limited' } : null;
    default:
      return null;
  }
}
