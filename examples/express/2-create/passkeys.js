/** What the app says to the passkey API. Knows users; knows nothing of Express. */
// #region tenant
import { tenant } from '@teamhanko/passkeys-sdk';

const { PASSKEYS_BASE_URL: baseUrl, PASSKEYS_TENANT_ID: tenantId, PASSKEYS_API_KEY: apiKey } = process.env;
if (!baseUrl || !tenantId || !apiKey)
  throw new Error('Set PASSKEYS_BASE_URL, PASSKEYS_TENANT_ID and PASSKEYS_API_KEY.');

const hanko = tenant({ baseUrl, tenantId, apiKey });
// #endregion

// #region start-creating
/** Message 2: what the browser needs to create a passkey for this user. */
export async function startCreating(user) {
  const options = await hanko.registration.initialize({ userId: user.id, username: user.email });
  const existing = await hanko.user(user.id).credentials();
  options.publicKey.excludeCredentials = existing.map(({ id }) => ({ type: 'public-key', id }));
  return options;
}
// #endregion

// #region finish-creating
/** Message 3: the answer of the device, which the API verifies and keeps. */
export async function finishCreating(answer) {
  await hanko.registration.finalize(answer);
}
// #endregion
