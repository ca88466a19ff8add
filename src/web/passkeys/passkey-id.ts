/** The id of the passkey that an address names. */
import { AppError } from '../../errors.ts';
import type { AppContext } from '../http/context.ts';

/** base64url of at most 1023 bytes (WebAuthn Level 3, section 4, credential id). */
const credentialId = /^[\w-]{1,1364}$/;

/** @throws {AppError} `not_found` for what cannot be an id */
export function passkeyIdOf(ctx: AppContext): string {
  const id = ctx.params?.id ?? '';
  if (!credentialId.test(id)) throw new AppError('not_found', 'There is no such passkey.');
  return id;
}
