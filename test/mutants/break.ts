/** What a break is. Knows neither which there are nor how they are tried. */

/** One thing that goes wrong when a single piece of a file says something else. */
export type Break = {
  /** What would then be true, as a sentence. */
  name: string;
  /** From the project directory. */
  file: string;
  /** Stands in the file exactly once. */
  find: string;
  replace: string;
  /** The names of test files, without directory and ending, of which one should notice. */
  tests: readonly [string, ...string[]];
};
