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
  /** Test files of which one should notice, from the project directory and without ending. */
  tests: readonly [string, ...string[]];
};

/** Where the tests are that a break may name: they need no browser, no process of their own and no server beside them. */
export const choosable = /^(src|test\/(house|application|contract|databases))\//;
