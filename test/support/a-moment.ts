/** A moment that passes in tests which tell times apart by milliseconds, and where the clock has to run. */

/** Until the clock has gone on, for whoever compares a time of before with one of after. */
export async function aMoment(): Promise<void> {
  const begun = Date.now();
  while (Date.now() < begun + 2) await new Promise((next) => setImmediate(next));
}
