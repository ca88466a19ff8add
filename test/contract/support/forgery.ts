/** Assertions that claim something else and are properly signed all the same. */
import { isoBase64URL } from '@simplewebauthn/server/helpers';
import type { AssertionAnswer, Authenticator } from '../../support/authenticator.ts';
import { authDataOf, withAuthData, withResponse } from '../../support/credential-surgery.ts';

/** The answer with a signature, by the same key, over what it says now. */
export function resigned(authenticator: Authenticator, answer: AssertionAnswer): AssertionAnswer {
  const clientDataJSON = isoBase64URL.toBuffer(answer.response.clientDataJSON);
  const signature = authenticator.sign(answer.id, authDataOf(answer), clientDataJSON);
  return withResponse(answer, { signature: Buffer.from(signature).toString('base64url') });
}

/** The answer with another signature counter (WebAuthn section 6.1), signed again. */
export function withCounter(
  authenticator: Authenticator,
  answer: AssertionAnswer,
  counter: number,
): AssertionAnswer {
  const changed = withAuthData(answer, (bytes) => {
    const copy = Uint8Array.from(bytes);
    new DataView(copy.buffer).setUint32(33, counter);
    return copy;
  });
  return resigned(authenticator, changed);
}
