/** How things are at the time of a scrape: the outbox, the database and the passkey service. Knows only whom to ask. */
import { Gauge, type Registry } from 'prom-client';
import type { SecurityEvent } from '../event-words.ts';
import type { EventFacts } from '../logger.ts';

type Questions = {
  /** How many letters wait, and since when the oldest does. Throws when the database does not answer. */
  outbox: () => Promise<{ count: number; oldest: Date | null }>;
  /** Whether the passkey service answers. Never throws. */
  passkeyApi: () => Promise<boolean>;
};

/** @returns `ask`, which is told whom to ask, `look`, which asks, and what is told each event of the log */
export function lookAtState(registry: Registry) {
  const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [registry] });
  const letters = gauge(
    'outbox_letters',
    'Letters that wait to be sent, in the database that all processes share.',
  );
  const age = gauge('outbox_oldest_age_seconds', 'How long the oldest of them has waited; 0 when none does.');
  const database = gauge('database_up', 'Whether the database answered this scrape.');
  const api = gauge('passkey_api_up', 'Whether the passkey API answers and takes our key.');
  const circuit = gauge(
    'passkey_api_circuit_open',
    'Whether calls of the passkey API end at once, after faults in a row.',
  );
  circuit.set(0);
  let questions: Questions | undefined;

  /** What is not known is NaN, with which no alert is satisfied that asks for a number. */
  async function lookIntoOutbox(outbox: Questions['outbox']): Promise<void> {
    const found = await outbox().catch(() => null);
    database.set(found ? 1 : 0);
    letters.set(found ? found.count : Number.NaN);
    age.set(found ? (found.oldest ? (Date.now() - found.oldest.getTime()) / 1_000 : 0) : Number.NaN);
  }

  return {
    ask: (asked: Questions): void => {
      questions = asked;
    },
    look: async (): Promise<void> => {
      if (!questions) return;
      const [isUp] = await Promise.all([questions.passkeyApi(), lookIntoOutbox(questions.outbox)]);
      api.set(isUp ? 1 : 0);
    },
    event: (event: SecurityEvent, { reason }: EventFacts): void => {
      if (event === 'passkey_service_state') circuit.set(reason === 'unavailable' ? 1 : 0);
    },
  };
}
