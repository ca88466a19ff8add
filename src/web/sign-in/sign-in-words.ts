/** What is said of a sign-in, or of a proof, that did not come about or is easier now. */
import { codeLength } from '../../accounts/recovery-codes.ts';

export const browserKnown = 'You can now sign in with your password in this browser.';
export const wrongSignIn = 'Email or password is wrong.';
export const wrongPassword = 'The password is wrong.';
export const checkEntered = 'Please check what you entered.';
const wrongCode = 'That code is wrong, or was used before. Check it, or use another one.';
const enterCode = 'Enter a recovery code.';
const malformedCode = `That is not a whole recovery code: it has ${codeLength} letters and digits, and never the letter U.`;
/** What is said of a recovery code that was mistyped. */
export const mistypedCode = { code: wrongCode, missing_code: enterCode, malformed_code: malformedCode };
export const tookTooLong = 'Your sign-in took too long. Sign in again.';
export const wentWrong = 'Your sign-in went wrong too often. Sign in again.';
export const sessionEnded = 'You were signed out before this was saved. Sign in, and try again.';
