/**
 * Whether the service is there and takes our key, for whoever wants to know, however often. Knows two questions, and no
 * person.
 */
import * as z from 'zod';
import { reasonOf } from './circuit.ts';
import { credential, keySet } from './hanko-answers.ts';
import { PasskeyApiRefusal } from './service-errors.ts';

/** Nobody has this id. */
export const nobody = '00000000-0000-4000-8000-000000000000';

/** Milliseconds. */
const deadline = 1_000;
const interval = 1_000;

type Parts = {
  /** A call with our key, and its JSON. */
  ask: (path: string, deadline: number) => Promise<unknown>;
  alarm: (reason: string) => void;
};

/**
 * Answers from what was found within the last second, so that many probes are one question. Never throws; the log is told of
 * a refusal.
 */
export function createAvailability({ ask, alarm }: Parts): () => Promise<boolean> {
  let probe = { at: 0, answer: Promise.resolve(false) };

  /** The list of nobody needs our key and reads nothing of anybody; without published keys no token could be verified. */
  async function answers(): Promise<boolean> {
    try {
      const [keys, listed] = await Promise.all([
        ask('.well-known/jwks.json', deadline),
        ask(`credentials?user_id=${nobody}&per_page=1`, deadline),
      ]);
      return keySet.safeParse(keys).success && z.array(credential).safeParse(listed).success;
    } catch (error) {
      if (error instanceof PasskeyApiRefusal && !error.isBusy) alarm(reasonOf(error));
      return false;
    }
  }

  return () => {
    if (Date.now() - probe.at >= interval) probe = { at: Date.now(), answer: answers() };
    return probe.answer;
  };
}
