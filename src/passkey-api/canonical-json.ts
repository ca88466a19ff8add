/**
 * JSON in the one spelling over which a transaction is signed, that of a Hanko server: members in the order of the bytes of
 * their names, no spaces, numbers as doubles, and nothing in it that HTML could take for markup. Knows no transaction.
 */
import { markupEscaped } from './exchange.ts';
import { unprocessable } from './problem.ts';

/** Deeper than anybody nests, and far from the end of the stack. */
const deepest = 1_000;

/**
 * @param value of JSON.parse
 * @throws {Problem} 400 for what is nested without end
 */
export function canonicalJson(value: unknown): string {
  return markupEscaped(spelt(value, 0));
}

function spelt(value: unknown, depth: number): string {
  if (depth > deepest) throw unprocessable('Syntax error: nested too deep');
  if (Array.isArray(value)) return `[${value.map((item) => spelt(item, depth + 1)).join(',')}]`;
  if (typeof value === 'string') return JSON.stringify(wellFormed(value));
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .map(([name, member]) => [wellFormed(name), member] as const)
    .sort(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
    .map(([name, member]) => `${JSON.stringify(name)}:${spelt(member, depth + 1)}`);
  return `{${members.join(',')}}`;
}

/** Half of a surrogate pair, which UTF-8 cannot have, becomes the replacement character. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString();
}
