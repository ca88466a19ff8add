/** What every finish of a ceremony has in common: how its end is told. Knows no ceremony's steps. */
import type { JWTPayload } from 'jose';
import type { AppError } from '../errors.ts';
import type { CeremonyParts } from './ceremony-parts.ts';
import { judged, type Refused, reasonOf } from './refusals.ts';
import type { Ticket } from './tickets.ts';

type Finish = {
  purpose: Ticket['purpose'];
  /** As it was posted. */
  credential: unknown;
  /** What a refusal is called in the log. */
  refused: Refused;
  /** What to say when nothing better fits. */
  refusal: (cause: unknown) => AppError;
};

/**
 * Runs the steps of a finish. However they end, the observer sees it; a refusal goes to the log with its reason, and
 * to the person as one sentence.
 *
 * @param steps answer the claims of the verified token, and whatever else comes out
 * @throws {AppError} or a fault that is no refusal
 */
export async function finish<T extends { claims: JWTPayload }>(
  { logger, observe }: CeremonyParts,
  { purpose, credential, refused, refusal }: Finish,
  steps: () => Promise<T>,
): Promise<T> {
  const seen = { stage: 'finish', purpose, credential } as const;
  try {
    const result = await steps();
    observe({ ...seen, claims: result.claims, outcome: 'accepted' });
    return result;
  } catch (error) {
    observe({ ...seen, claims: null, outcome: reasonOf(error) ?? 'fault' });
    throw judged(error, logger, refused, () => refusal(error));
  }
}
