/** What the app says to the passkey API. Knows users and browsers; knows nothing of Express. */
// #region tenant
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { tenantWithDeadline } from './api.js';
import { Refusal, remember, requireVerifiedUser, spend } from './ceremonies.js';

const { PASSKEYS_BASE_URL: baseUrl, PASSKEYS_TENANT_ID: tenantId, PASSKEYS_API_KEY: apiKey } = process.env;
if (!baseUrl || !tenantId || !apiKey)
  throw new Error('Set PASSKEYS_BASE_URL, PASSKEYS_TENANT_ID and PASSKEYS_API_KEY.');

const hanko = tenantWithDeadline({ baseUrl, tenantId, apiKey });
// #endregion

// #region purpose
const creating = (user, browser) => `create a passkey for ${user.id} in ${browser}`;
const signingIn = (browser) => `sign in in ${browser}`;
// #endregion

// #region ours
/** Whose passkeys this app has seen come into being. In memory, as the users are; an app of your own has a table. */
const ours = new Map();
const isOf = (user) => (passkey) => ours.get(passkey.id) === user.id;
// #endregion

// #region start-creating
/** Message 2: what the browser needs to create a passkey for this user. */
export async function startCreating(user, browser) {
  const options = await hanko.registration.initialize({ userId: user.id, username: user.email });
  const existing = (await hanko.user(user.id).credentials()).filter(isOf(user));
  options.publicKey.excludeCredentials = existing.map(({ id }) => ({ type: 'public-key', id }));
  options.publicKey.authenticatorSelection.userVerification = 'required';
  remember(options.publicKey.challenge, creating(user, browser));
  return options;
}
// #endregion

// #region finish-creating
/** Message 3: the answer of the device, which the API verifies and keeps. */
export async function finishCreating(answer, user, browser) {
  spend(answer, creating(user, browser));
  const { token } = await hanko.registration.finalize(answer);
  const userId = await subjectOf(token, answer);
  if (userId !== user.id) throw new Refusal('The token is about somebody else.');
  ours.set(answer.id, userId);
}
// #endregion

// #region token
const { hostname: rpId } = new URL(process.env.ORIGIN ?? 'http://localhost:4000');
const keys = createRemoteJWKSet(new URL(`${baseUrl}/${tenantId}/.well-known/jwks.json`), {
  timeoutDuration: 3_000,
});

/** The id of the user that a token of the API is about, if it is new and about this answer. */
async function subjectOf(token, answer) {
  const { payload } = await jwtVerify(token, keys, {
    algorithms: ['RS256'],
    audience: rpId,
    requiredClaims: ['exp', 'sub', 'cred'],
    maxTokenAge: '1 minute',
    clockTolerance: 5,
  });
  if (payload.cred !== answer.id) throw new Refusal('The token is about another passkey.');
  return payload.sub;
}
// #endregion

// #region sign-in
/** Message 2: a challenge for whoever has a passkey. */
export async function startSigningIn(browser) {
  const options = await hanko.login.initialize();
  options.publicKey.userVerification = 'required';
  remember(options.publicKey.challenge, signingIn(browser));
  return options;
}

/** Messages 3 and 4: the id of the user whose passkey answered. */
export async function finishSigningIn(answer, browser) {
  spend(answer, signingIn(browser));
  requireVerifiedUser(answer);
  const { token } = await hanko.login.finalize(answer);
  const userId = await subjectOf(token, answer);
  if (ours.get(answer.id) !== userId) throw new Refusal('This passkey was not created here.');
  return userId;
}
// #endregion
