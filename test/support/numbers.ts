/** Chance that is the same on every run. */

/** The same numbers below `count` for the same seed (the generator of Park and Miller). */
export function numbers(seed: number): (count: number) => number {
  let state = seed;
  return (count) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % count;
  };
}
