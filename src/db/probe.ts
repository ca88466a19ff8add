/** Asks whether the database can serve: also whether it takes writes, since one that is full or read-only cannot. */
import type { Database } from './database.ts';

/** Milliseconds for which an answer is kept, however often it is asked. */
const kept = 1_000;

/**
 * @returns a question that is answered with true when a row could be written just now; it never throws
 */
export function createProbe(db: Database): () => Promise<boolean> {
  let last = { at: 0, answer: Promise.resolve(false) };
  return () => {
    if (Date.now() - last.at >= kept) last = { at: Date.now(), answer: writes(db) };
    return last.answer;
  };
}

/** The row is a counter that has run out already: nothing ever reads it. */
async function writes(db: Database): Promise<boolean> {
  try {
    await db('rate_limits')
      .insert({ key: 'readiness', points: 0, expire: Date.now() })
      .onConflict('key')
      .merge();
    return true;
  } catch {
    return false;
  }
}
