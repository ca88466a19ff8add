/**
 * Reads what a device has answered. Behind a password manager that is not always what it claims to be: frozen, with
 * methods that throw, or without them. Knows neither ceremonies nor JSON.
 */

/** A credential, as far as somebody claims it to be one. */
export type Claimed = {
  type: string;
  id: string;
  rawId: unknown;
  authenticatorAttachment: unknown;
  response: Record<string, unknown> & { getTransports(): string[] };
  getClientExtensionResults(): object;
};

/** What an answer is nothing without, of creations and of assertions. */
const needed = ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature'];

/**
 * A copy that may be written to, which webauthn-json does. What can be done without is left out where it cannot be read.
 *
 * @throws {unknown} where the rest cannot be read
 */
export function copyOf(claimed: Claimed): object {
  const { type, id, rawId, response } = claimed;
  const there = needed.filter((key) => key in response);
  return {
    type,
    id,
    rawId,
    authenticatorAttachment: ifReadable(() => claimed.authenticatorAttachment),
    response: {
      ...Object.fromEntries(there.map((key) => [key, response[key]])),
      userHandle: response.userHandle,
      getTransports: () => ifReadable(() => response.getTransports()),
    },
    getClientExtensionResults: () => ifReadable(() => claimed.getClientExtensionResults()) ?? {},
  };
}

/** What can be read, or undefined. */
export function ifReadable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
