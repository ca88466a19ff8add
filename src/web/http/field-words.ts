/** What is wrong with a field, where several forms have it. Must not know what is good in a field, nor any form. */

export const enterEmail = 'Enter your email address, such as name@example.com.';
export const enterPassword = 'Enter your password.';
