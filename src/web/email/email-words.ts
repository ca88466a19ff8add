/** What is said of another email address: what is wrong with it, and what happens next. Must not judge addresses. */
import { reachesNobody } from '../../accounts/no-address.ts';

export const noAddress = 'No email address';

export const enterNewEmail = 'Enter an email address, such as name@example.com.';
export const alreadyYours = 'This is already your address.';

/** An account's address as it is shown. */
export function addressWords(email: string): string {
  return reachesNobody(email) ? noAddress : email;
}

export function linkMailedWords(email: string): string {
  return `We sent a link to ${email}. Open it in this browser, while you are signed in, to change your address.`;
}

export function changedWords(email: string): string {
  return `Your email address is ${email}.`;
}
