/** A sign-in: options out, assertion in. Knows the rules of authentication and no HTTP. */
import { verifyAuthenticationResponse } from '@simplewebauthn/server';
import { isoBase64URL } from '@simplewebauthn/server/helpers';
import { type Assertion, parseAssertion } from './assertion.ts';
import { type Challenge, consumeChallenge, findChallenge, insertChallenge } from './challenge-store.ts';
import { type Credential, findCredential, listCredentialIds, recordUse } from './credential-store.ts';
import { loginOf } from './mfa.ts';
import { newChallenge, requestOptions } from './options.ts';
import { Problem } from './problem.ts';
import { authenticatorRefused, reasonForRefusal } from './refusal.ts';
import { inTransaction, type Scope } from './scope.ts';
import type { CeremonyContext } from './settings.ts';
import { watchCounter } from './sign-count.ts';
import { issueToken } from './tokens.ts';
import { userExists } from './user-store.ts';

/** Not a Hanko server's words: it does not look at counters. */
const counterStood = 'The signature counter did not grow';

const credentialUnknown = 'Unable to find the credential for the returned credential ID';

/**
 * Request options whose challenge waits for {@link finishLogin}.
 *
 * @param userId only this user's credentials may answer; null leaves the choice to the authenticator
 * @throws {Problem} 404 for an unknown user, 500 for one without credentials
 */
export async function beginLogin(context: CeremonyContext, userId: string | null) {
  const allowedCredentials = userId === null ? null : await credentialsToOffer(context, userId);
  const challenge = newChallenge();
  await insertChallenge(context.scope, challenge, {
    operation: loginOf[context.kind],
    userId,
    allowedCredentials,
    expiresAt: Date.now() + context.timeout,
  });
  return requestOptions({ ...context, challenge }, allowedCredentials);
}

/**
 * Verifies the assertion and records the credential's use. A refusal changes nothing: the challenge can still be
 * answered.
 *
 * @param body JSON as the browser's PublicKeyCredential.toJSON makes it
 * @returns a token for the credential's user
 * @throws {Problem} 400 for a response that cannot be read, 401 for one that is not valid
 */
export async function finishLogin(context: CeremonyContext, body: string): Promise<string> {
  const assertion = parseAssertion(body);
  const { challenge: text } = assertion.clientData;
  const challenge = await findChallenge(context.scope, text, loginOf[context.kind]);
  if (!challenge) throw (await isDiscoverable(context, text)) ? userUnknown() : challengeUnknown();
  if (challenge.expiresAt <= Date.now()) throw refused('Session has Expired');
  const credential = await answeringCredential(context, challenge, assertion);
  return accepted(context, { assertion, credential }, (scope) => consumeChallenge(scope, text));
}

/**
 * The end of every finish: the assertion verifies, the challenge is taken, the use is recorded.
 *
 * @param take the challenge out; of all who try at once one is told true
 * @param transactionId what was signed, where the challenge is of a transaction
 */
export async function accepted(
  context: CeremonyContext,
  { assertion, credential }: { assertion: Assertion; credential: Credential },
  take: (scope: Scope) => Promise<boolean>,
  transactionId?: string,
): Promise<string> {
  await verify(context, assertion, credential);
  if (!watchCounter(context, credential, assertion.parsed)) throw refused(counterStood);
  const { userId, id: credentialId } = credential;
  const subject = { userId, credentialId, ...(transactionId === undefined ? {} : { transactionId }) };
  const token = await issueToken(context.keys, context.relyingParty.id, subject);
  const { counter: signCount, flags } = assertion.parsed;
  await inTransaction(context.scope, async (scope) => {
    if (!(await take(scope))) throw challengeUnknown();
    const use = { signCount, backupEligible: flags.be, backupState: flags.bs };
    if (!(await recordUse(scope, credentialId, use))) throw refused(credentialUnknown);
  });
  return token;
}

async function credentialsToOffer(context: CeremonyContext, userId: string): Promise<string[]> {
  const ids = await credentialIdsOf(context, userId);
  if (ids.length > 0) return ids;
  if (!(await userExists(context.scope, userId))) throw new Problem(404, 'user not found');
  throw new Problem(
    500,
    'failed to create webauthn assertion options for login: Found no credentials for user',
  );
}

/** Those that may answer: a second factor may be any credential of the user, a sign-in takes none that was made for that. */
function credentialIdsOf({ scope, kind }: CeremonyContext, userId: string): Promise<string[]> {
  return listCredentialIds(scope, userId, kind === 'passkey' ? 'passkeys' : 'all');
}

/** Whether a challenge that waits for no second factor was made for nobody: a Hanko server words that apart. */
async function isDiscoverable({ scope, kind }: CeremonyContext, text: string): Promise<boolean> {
  return kind === 'mfa' && (await findChallenge(scope, text, loginOf.passkey))?.userId === null;
}

function answeringCredential(
  context: CeremonyContext,
  challenge: Challenge,
  assertion: Assertion,
): Promise<Credential> {
  return challenge.userId === null
    ? discoveredCredential(context, assertion)
    : offeredCredential(context, challenge, assertion);
}

async function discoveredCredential(
  context: CeremonyContext,
  { rawId, userHandle }: Assertion,
): Promise<Credential> {
  const credential = await findCredential(context.scope, rawId);
  if (credential && !credential.isMfa && credential.userId === userHandle) return credential;
  if (await userExists(context.scope, userHandle)) throw refused(credentialUnknown);
  throw userUnknown();
}

/** @throws {Problem} 401 when it is not among those that the challenge offered, or these are not the user's any more */
export async function offeredCredential(
  context: CeremonyContext,
  challenge: Challenge,
  { rawId }: Assertion,
): Promise<Credential> {
  const offered = challenge.allowedCredentials ?? [];
  const held = new Set(await credentialIdsOf(context, challenge.userId ?? ''));
  if (!offered.every((id) => held.has(id)))
    throw refused('User does not own all credentials from the allowedCredentialList');
  const credential = offered.includes(rawId) ? await findCredential(context.scope, rawId) : null;
  if (!credential) throw refused('User does not own the credential returned');
  return credential;
}

/** WebAuthn section 7.2, but for the counter: {@link watchCounter} has its own rule. */
async function verify(context: CeremonyContext, assertion: Assertion, credential: Credential): Promise<void> {
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
    expectedOrigin: [...context.relyingParty.origins],
    expectedRPID: context.relyingParty.id,
    credential: { id: credential.id, publicKey: isoBase64URL.toBuffer(credential.publicKey), counter: 0 },
    requireUserVerification: context.userVerification === 'required',
  }).catch(() => null);
  if (result?.verified) return;
  const evidence = {
    ceremony: 'webauthn.get' as const,
    clientData,
    authenticatorData: parsed,
    presenceDemanded: true,
  };
  const otherwise = 'Error validating the assertion signature: <nil>';
  throw refused(reasonForRefusal(context, evidence, { unverified: authenticatorRefused, otherwise }));
}

export function refused(reason: string): Problem {
  return new Problem(401, 'failed to validate assertion', reason);
}

function userUnknown(): Problem {
  return new Problem(401, 'failed to get user handle', 'user not found');
}

export function challengeUnknown(): Problem {
  const reason = 'received challenge does not match with any stored one';
  return new Problem(401, 'failed to get session data', reason);
}
