/** What is said of signing up beside its page. */

export const nobodySignsUp = 'Accounts here are created by the people who run this site.';
