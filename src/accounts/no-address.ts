/**
 * The address of an account that has none: one that reaches nobody (RFC 2606, section 2). Alone knows how it looks. Must not
 * know how an account comes to it.
 */
const domain = '@secured.invalid';

export function noAddressOf(userId: string): string {
  return userId + domain;
}

/** Whether mail to an address reaches nobody, and nobody is to see it. */
export function reachesNobody(email: string): boolean {
  return email.endsWith(domain);
}
