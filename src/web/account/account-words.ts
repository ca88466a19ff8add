/** What is said of somebody's data, and of deleting their account. Must not know when each is said. */

export const notYourAddress = 'This is not the address of your account.';
export const downloadNow = 'Thank you. You can download your data now.';
export const dataIncomplete =
  'Your passkeys cannot be read right now, and your data would not be complete. Try again in a moment.';
