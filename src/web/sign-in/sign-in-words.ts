/** What is said of a sign-in, or of a proof, that did not come about or is easier now. */

export const browserKnown = 'You can now sign in with your password in this browser.';
export const wrongSignIn = 'Email or password is wrong.';
export const wrongPassword = 'The password is wrong.';
export const checkEntered = 'Please check what you entered.';
export const wrongCode = 'That code is wrong, or was used before. Check it, or use another one.';
export const enterCode = 'Enter a recovery code.';
export const sessionEnded = 'You were signed out before this was saved. Sign in, and try again.';
