/**
 * Milliseconds for which a test waits for a page. Nothing is measured by it, and no test waits until it is over: it only
 * says when to give up, of the 60 seconds that a test has. A machine that is busy with something else may need several for
 * what takes a hundredth otherwise.
 */
export const patience = 20_000;
