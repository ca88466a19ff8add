/** Names of settings that were meant and not written: lost, they would leave a setting at its default. */
import { distance } from 'fastest-levenshtein';

/** From so many letters on one may be wrong, missing or too much: shorter names are like too many others. */
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
  return (
    written === right || isSwapped(written, right) || (right.length >= long && distance(written, right) === 1)
  );
}

/** Whether two neighbours have changed places. */
function isSwapped(written: string, right: string): boolean {
  const at = [...right].findIndex((letter, index) => letter !== written[index]);
  const [one = '', other = ''] = right.slice(at, at + 2);
  return written === right.slice(0, at) + other + one + right.slice(at + 2);
}
