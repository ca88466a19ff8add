/** Asks whether the database can serve: also whether it takes writes, since one that is full or read-only cannot. */
import type { Database } from './database.ts';

/** Milliseconds for which an answer is kept, however often it is asked. */
const usual = 1_000;

/**
 * @param tell told when that changes: what the database threw, or null when it serves again
 * @param kept milliseconds for which an answer is given again
 * @returns a question that is answered with true when a row could be written just now; it never throws
 */
export function createProbe(
  db: Database,
  tell: (trouble: unknown) => void,
  kept = usual,
): () => Promise<boolean> {
  let last = { at: 0, answer: Promise.resolve(false) };
  let told = '';
  const ask = async () => {
    const trouble = await tryWriting(db).then(
      () => null,
      (error) => error,
    );
    const now = trouble ? String(trouble) : '';
    if (now !== told) tell(trouble);
    told = now;
    return trouble === null;
  };
  return () => {
    if (Date.now() - last.at >= kept) last = { at: Date.now(), answer: ask() };
    return last.answer;
  };
}

/**
 * Writes a row: a counter that has run out already, which nothing ever reads.
 *
 * @throws what the database throws when it takes none
 */
export async function tryWriting(db: Database): Promise<void> {
  await db('rate_limits')
    .insert({ key: 'readiness', points: 0, expire: Date.now() })
    .onConflict('key')
    .merge();
}
