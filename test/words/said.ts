/** One sentence that people read: where, when, and what it says. Values that are filled in stand in braces. */
export type Said = { page: string; state: string; sentence: string };
