/** Names of settings that were meant and not written: lost, they would leave a setting at its default. */
import { distance } from 'fastest-levenshtein';

/** Letters that a long name may differ in; short ones are like too many others. */
const slips = 2;
const long = 6;

/**
 * @param given the names that are set
 * @param known the names of all settings
 * @returns a sentence for each name that is like a setting which is not set
 */
export function misspelt(given: readonly string[], known: readonly string[]): string[] {
  const missing = known.filter((name) => !given.includes(name));
  return given
    .filter((name) => !known.includes(name))
    .flatMap((name) => {
      const meant = missing.find((right) => isLike(name, right));
      return meant ? [`${name} is no setting: ${meant} is meant? Write it so, or set ${meant} as well`] : [];
    });
}

function isLike(name: string, right: string): boolean {
  const written = name.toUpperCase();
  return written === right || (right.length >= long && distance(written, right) <= slips);
}
