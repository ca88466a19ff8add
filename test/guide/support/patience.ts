/** Milliseconds for all attacks on one app, or for a command, on a machine that does other things as well. */
export const patience = 120_000;
