/**
 * What stands where an account would have an email address, and has none: something that no mail reaches (RFC 2606, section 2).
 * Must not know how an account comes to it.
 */
const domain = '@secured.invalid';

export function noAddressOf(userId: string): string {
  return userId + domain;
}

export function isNoAddress(email: string): boolean {
  return email.endsWith(domain);
}
