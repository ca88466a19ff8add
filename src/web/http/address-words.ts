/** An account's email address as it is shown. Must not know why an account has none. */
export const noAddress = 'No email address';

export function addressWords(address: string | null): string {
  return address ?? noAddress;
}
