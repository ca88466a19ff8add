/** What is said of another email address: what is wrong with it, and what happens next. Must not judge addresses. */
export const enterNewEmail = 'Enter an email address, such as name@example.com.';
export const alreadyYours = 'This is already your address.';

export function linkMailedWords(email: string): string {
  return `We sent a link to ${email}. Open it in this browser, while you are signed in, to change your address.`;
}

export function changedWords(email: string): string {
  return `Your email address is ${email}.`;
}
