/** What people are told of mails: that they are on their way, what their links have done, and what to do where none is sent. */

export const askForHelp = 'Ask the people who run it for help with signing in.';
export const askForAddress = 'Ask the people who run it to change your address.';
export const sentAgain = 'We sent another email. If you have had several already, use one of those instead.';
export const addressConfirmed = 'Your email address was confirmed.';
export const welcome = 'Your account is ready. Create a passkey to sign in with one touch next time.';
