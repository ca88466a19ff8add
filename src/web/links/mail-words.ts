/** What people are told of mails: that they are on their way, what their links have done, and what to do where none is sent. */

export const askForHelp = 'Ask the people who run this site for help with signing in.';
export const askForAddress = 'Ask the people who run this site to change your address.';
export const sentAgain = 'We sent another email, unless you already have several. Any of them works.';
export const addressConfirmed = 'Your email address was confirmed.';
export const welcome = 'Your account is ready. Create a passkey to sign in with one touch next time.';
