/** The token that a finished ceremony answers with. Knows its claims and nothing of ceremonies. */
import { SignJWT } from 'jose';
import type { SigningKeys } from './signing-keys.ts';

const lifetimeSeconds = 300;

export type TokenSubject = {
  userId: string;
  credentialId: string;
  /** What was signed, of a transaction alone. */
  transactionId?: string;
};

/**
 * A JWT (RFC 7519) that says which user answered with which credential; good for 300 seconds.
 *
 * @param audience the relying party id
 */
export async function issueToken(
  keys: SigningKeys,
  audience: string,
  subject: TokenSubject,
): Promise<string> {
  const { kid, privateKey } = await keys.current();
  const issuedAt = Math.floor(Date.now() / 1000);
  const transaction = subject.transactionId === undefined ? {} : { trans: subject.transactionId };
  return new SignJWT({ aud: [audience], cred: subject.credentialId, ...transaction })
    .setProtectedHeader({ alg: 'RS256', kid, typ: 'JWT' })
    .setSubject(subject.userId)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + lifetimeSeconds)
    .sign(privateKey);
}
