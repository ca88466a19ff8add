/** What the app says to the passkey API. Knows users; knows nothing of Express. */
// #region tenant
import { tenant } from '@teamhanko/passkeys-sdk';
import { createRemoteJWKSet, jwtVerify } from 'jose';

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

// #region token
const { hostname: rpId } = new URL(process.env.ORIGIN ?? 'http://localhost:4000');
const keys = createRemoteJWKSet(new URL(`${baseUrl}/${tenantId}/.well-known/jwks.json`));

/** The id of the user that a token of the API is about. */
async function subjectOf(token) {
  const { payload } = await jwtVerify(token, keys, { algorithms: ['RS256'], audience: rpId });
  return payload.sub;
}
// #endregion

// #region sign-in
/** Message 2: a challenge for whoever has a passkey. */
export function startSigningIn() {
  return hanko.login.initialize();
}

/** Messages 3 and 4: the id of the user whose passkey answered. */
export async function finishSigningIn(answer) {
  const { token } = await hanko.login.finalize(answer);
  return subjectOf(token);
}
// #endregion
