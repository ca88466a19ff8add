/** What a posted answer says of whose passkey it is. For development alone; verifies nothing. */

/** Whether the id of the user has 16 bytes, which a Hanko server takes for a binary UUID. */
export function hasIdOf16Bytes(body: string): boolean {
  const [, handle = ''] = /"userHandle"\s*:\s*"([^"]*)"/.exec(body) ?? [];
  return Buffer.from(handle, 'base64url').length === 16;
}
