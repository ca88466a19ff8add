/** A long answer that ends with the sign-in that asked for it. Must not know what it tells. */
import type { SessionStore } from '../../accounts/session-store.ts';
import { signedOut } from '../../errors.ts';
import type { Requester } from '../../operations/operation.ts';

/**
 * The same batches, while this sign-in is there: looked for before each batch, and after the last. Once an account is deleted
 * no more rows are found, and a short file would look complete.
 *
 * @throws {AppError} `signed_out` from the iteration when the sign-in has ended; what was written breaks off then
 */
export async function* whileSignedIn<Batch>(
  sessionStore: SessionStore,
  { userId, signInId }: Requester,
  batches: AsyncIterable<Batch>,
): AsyncGenerator<Batch> {
  const stillSignedIn = async () => {
    if (!(await sessionStore.isLiving(userId, signInId))) throw signedOut();
  };
  for await (const batch of batches) {
    await stillSignedIn();
    yield batch;
  }
  await stillSignedIn();
}
