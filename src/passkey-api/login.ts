/** A sign-in: options out, assertion in. Knows the rules of authentication and no HTTP. */
import { verifyAuthenticationResponse } from '@simplewebauthn/server';
import { isoBase64URL } from '@simplewebauthn/server/helpers';
import { type Assertion, parseAssertion } from './assertion.ts';
import { type Challenge, consumeChallenge, findChallenge, insertChallenge } from './challenge-store.ts';
import { type Credential, findCredential, listCredentialIds, recordUse } from './credential-store.ts';
import { newChallenge, requestOptions } from './options.ts';
import { Problem } from './problem.ts';
import { authenticatorRefused, reasonForRefusal } from './refusal.ts';
import { inTransaction } from './scope.ts';
import type { Setting } from './settings.ts';
import { issueToken } from './tokens.ts';
import { userExists } from './user-store.ts';

const credentialUnknown = 'Unable to find the credential for the returned credential ID';

/**
 * Request options whose challenge waits for {@link finishLogin}.
 *
 * @param userId only this user's credentials may answer; null leaves the choice to the authenticator
 * @throws {Problem} 404 for an unknown user, 500 for one without credentials
 */
export async function beginLogin(setting: Setting, userId: string | null) {
  const allowedCredentials = userId === null ? null : await credentialsToOffer(setting, userId);
  const challenge = newChallenge();
  await insertChallenge(setting.scope, challenge, {
    operation: 'authentication',
    userId,
    allowedCredentials,
    expiresAt: Date.now() + setting.timeout,
  });
  return requestOptions({ ...setting, challenge }, allowedCredentials);
}

/**
 * Verifies the assertion and records the credential's use. A refusal changes nothing: the challenge can still be
 * answered.
 *
 * @param body JSON as the browser's PublicKeyCredential.toJSON makes it
 * @returns a token for the credential's user
 * @throws {Problem} 400 for a response that cannot be read, 401 for one that is not valid
 */
export async function finishLogin(setting: Setting, body: string): Promise<string> {
  const assertion = parseAssertion(body);
  const { challenge: text } = assertion.clientData;
  const challenge = await findChallenge(setting.scope, text, 'authentication');
  if (!challenge) throw challengeUnknown();
  if (challenge.expiresAt <= Date.now()) throw refused('Session has Expired');
  const credential = await answeringCredential(setting, challenge, assertion);
  await verify(setting, assertion, credential);
  refuseClonedKey(setting, assertion, credential);
  const { userId, id: credentialId } = credential;
  const token = await issueToken(setting.keys, setting.relyingParty.id, { userId, credentialId });
  const { counter: signCount, flags } = assertion.parsed;
  await inTransaction(setting.scope, async (scope) => {
    if (!(await consumeChallenge(scope, text))) throw challengeUnknown();
    const use = { signCount, backupEligible: flags.be, backupState: flags.bs };
    if (!(await recordUse(scope, credentialId, use))) throw refused(credentialUnknown);
  });
  reportBackupChange(setting, assertion, credential);
  return token;
}

async function credentialsToOffer(setting: Setting, userId: string): Promise<string[]> {
  const ids = await listCredentialIds(setting.scope, userId);
  if (ids.length > 0) return ids;
  if (!(await userExists(setting.scope, userId))) throw new Problem(404, 'user not found');
  throw new Problem(
    500,
    'failed to create webauthn assertion options for login: Found no credentials for user',
  );
}

function answeringCredential(
  setting: Setting,
  challenge: Challenge,
  assertion: Assertion,
): Promise<Credential> {
  return challenge.userId === null
    ? discoveredCredential(setting, assertion)
    : offeredCredential(setting, challenge, assertion);
}

async function discoveredCredential(setting: Setting, { rawId, userHandle }: Assertion): Promise<Credential> {
  const credential = await findCredential(setting.scope, rawId);
  if (credential && credential.userId === userHandle) return credential;
  if (await userExists(setting.scope, userHandle)) throw refused(credentialUnknown);
  throw new Problem(401, 'failed to get user handle', 'user not found');
}

async function offeredCredential(
  setting: Setting,
  challenge: Challenge,
  { rawId }: Assertion,
): Promise<Credential> {
  const offered = challenge.allowedCredentials ?? [];
  const held = new Set(await listCredentialIds(setting.scope, challenge.userId ?? ''));
  if (!offered.every((id) => held.has(id)))
    throw refused('User does not own all credentials from the allowedCredentialList');
  const credential = offered.includes(rawId) ? await findCredential(setting.scope, rawId) : null;
  if (!credential) throw refused('User does not own the credential returned');
  return credential;
}

/** WebAuthn section 7.2, but for the counter: see {@link refuseClonedKey}. */
async function verify(setting: Setting, assertion: Assertion, credential: Credential): Promise<void> {
  const { clientDataJSON, authenticatorData, signature, clientData, parsed } = assertion;
  const result = await verifyAuthenticationResponse({
    response: {
      id: credential.id,
      rawId: credential.id,
      type: 'public-key',
      clientExtensionResults: {},
      response: { clientDataJSON, authenticatorData, signature },
    },
    expectedChallenge: clientData.challenge,
    expectedOrigin: [...setting.relyingParty.origins],
    expectedRPID: setting.relyingParty.id,
    credential: { id: credential.id, publicKey: isoBase64URL.toBuffer(credential.publicKey), counter: 0 },
    requireUserVerification: setting.userVerification === 'required',
  }).catch(() => null);
  if (result?.verified) return;
  const evidence = { ceremony: 'webauthn.get' as const, clientData, authenticatorData: parsed };
  throw refused(reasonForRefusal(setting, evidence, 'Error validating the assertion signature: <nil>'));
}

/** A counter that does not grow means a copy of the key, unless the key is one that is meant to be copied. */
function refuseClonedKey(setting: Setting, { parsed }: Assertion, credential: Credential): void {
  const { signCount: stored, userId, id } = credential;
  const received = parsed.counter;
  if ((stored === 0 && received === 0) || received > stored) return;
  const synced = parsed.flags.be;
  setting.report('passkey_counter_regression', {
    userId,
    credentialId: id,
    stored,
    received,
    refused: !synced,
  });
  if (!synced) throw refused(authenticatorRefused);
}

function reportBackupChange(setting: Setting, { parsed }: Assertion, credential: Credential): void {
  const { userId, id: credentialId, backupEligible, backupState } = credential;
  const { be, bs } = parsed.flags;
  if (be === backupEligible && bs === backupState) return;
  const [before, after] = [
    { backupEligible, backupState },
    { backupEligible: be, backupState: bs },
  ];
  setting.report('passkey_backup_state_changed', { userId, credentialId, before, after });
}

function refused(reason: string): Problem {
  return new Problem(401, 'failed to validate assertion', reason);
}

function challengeUnknown(): Problem {
  const reason = 'received challenge does not match with any stored one';
  return new Problem(401, 'failed to get session data', reason);
}
