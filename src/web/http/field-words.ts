/** What is wrong with a field, where several forms have it. */

export const enterEmail = 'Enter your email address, such as name@example.com.';
export const enterPassword = 'Enter your password.';
