// #region deadline
import { tenant } from '@teamhanko/passkeys-sdk';

/** The SDK waits for minutes and follows redirects with the key. It takes the fetch of the moment when it is made. */
export function tenantWithDeadline(settings) {
  const { fetch } = globalThis;
  globalThis.fetch = (url, init) =>
    fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(3_000) });
  const hanko = tenant(settings);
  globalThis.fetch = fetch;
  return hanko;
}
// #endregion
