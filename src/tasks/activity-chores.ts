/** What an operator does with what was signed: verify it. Prints what was found. */
import { type Streams, say } from './chore.ts';
import type { Workplace } from './workplace.ts';

/**
 * Verifies every signed act that is kept, with the public key in its record alone.
 *
 * @returns 1 when one is not what was signed
 */
export async function verifyActivity({ passkeys }: Workplace, streams: Streams): Promise<number> {
  let [intact, changed] = [0, 0];
  for await (const { transactionId, at, isIntact } of passkeys.signedActs()) {
    if (isIntact) intact++;
    else {
      changed++;
      say(streams, `${JSON.stringify(transactionId)} of ${JSON.stringify(at)} is not what was signed.`);
    }
  }
  const verified = intact === 1 ? '1 signed act is' : `${intact} signed acts are`;
  say(streams, `${verified} what was signed${changed > 0 ? `, ${changed} not` : ''}.`);
  return changed > 0 ? 1 : 0;
}
