/** What an operator does with what was signed: verify it. Prints what was found. */
import { pseudonym } from '../logger.ts';
import { type Streams, say } from './chore.ts';
import type { Workplace } from './workplace.ts';

/**
 * Verifies every signed act that is kept, with the public key in its record alone.
 *
 * @returns 1 when one is not what was signed
 */
export async function verifyActivity({ passkeys }: Workplace, streams: Streams): Promise<number> {
  let [intact, changed] = [0, 0];
  for await (const { transactionId, userId, at, isIntact } of passkeys.signedActs()) {
    if (isIntact) intact++;
    else {
      changed++;
      const record = `${JSON.stringify(transactionId)} of ${JSON.stringify(at)}`;
      say(streams, `${record}, of the account ${pseudonym(userId)}, is not what was signed.`);
    }
  }
  say(streams, summaryOf(intact, changed));
  return changed > 0 ? 1 : 0;
}

function summaryOf(intact: number, changed: number): string {
  const all = intact + changed;
  if (all === 0) return 'No signed acts are kept.';
  const found = changed === 0 ? 'good' : `${intact} good, ${changed} changed`;
  return `${all === 1 ? '1 signed act' : `${all} signed acts`}: ${found}.`;
}
