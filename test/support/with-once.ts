/** A text with one piece of it replaced. Knows no files. */

/** @throws {Error} when the piece is not there, or more than once */
export function withOnce(text: string, piece: string, other: string): string {
  const [before = '', after, ...more] = text.split(piece);
  if (after === undefined || more.length > 0) throw new Error(`not there exactly once: ${piece}`);
  return before + other + after;
}
