/** A new credential: options out, attestation in. Knows the rules of registration and no HTTP. */
import { verifyRegistrationResponse } from '@simplewebauthn/server';
import { isoBase64URL } from '@simplewebauthn/server/helpers';
import { type Attestation, parseAttestation } from './attestation.ts';
import { initialCredentialName } from './authenticator-names.ts';
import { type Challenge, consumeChallenge, findChallenge, insertChallenge } from './challenge-store.ts';
import { type Credential, insertCredential } from './credential-store.ts';
import type { RegistrationFields } from './fields.ts';
import { registrationOf } from './mfa.ts';
import { creationOptions, newChallenge, offeredAlgorithms } from './options.ts';
import { Problem } from './problem.ts';
import { authenticatorRefused, reasonForRefusal } from './refusal.ts';
import { inTransaction } from './scope.ts';
import type { CeremonyContext, Kind } from './settings.ts';
import { issueToken } from './tokens.ts';
import { ensureUser } from './user-store.ts';

/**
 * Formats whose statements are verified without asking anybody: for the others SimpleWebAuthn follows addresses of
 * revocation lists, for `android-key` even out of certificates that the caller made. No statement is asked for.
 */
const verifiableFormats = ['none', 'packed', 'tpm', 'fido-u2f'];

const withoutVerification = `failed to validate attestation: ${authenticatorRefused}: User verification required but flag not set by authenticator\n`;

/**
 * Makes the user known and answers with creation options whose challenge waits for {@link finishRegistration}. One
 * begun with `mediation` is a conditional create (WebAuthn section 5.1.3): the browser asks nobody, so nobody need be
 * present. There is none for a second factor.
 */
export async function beginRegistration(context: CeremonyContext, user: RegistrationFields) {
  const challenge = newChallenge();
  await inTransaction(context.scope, async (scope) => {
    await ensureUser(scope, user.user_id);
    await insertChallenge(scope, challenge, {
      operation: (context.kind === 'passkey' && user.mediation) || registrationOf[context.kind],
      userId: user.user_id,
      allowedCredentials: null,
      expiresAt: Date.now() + context.timeout,
    });
  });
  return creationOptions({ ...context, challenge }, user);
}

/**
 * Verifies the attestation and stores its credential. A refusal changes nothing: the challenge can still be answered.
 *
 * @param body JSON as the browser's PublicKeyCredential.toJSON makes it
 * @returns a token for the user whom the challenge was made for, and for this kind of ceremony
 * @throws {Problem} 400 for a response that is not valid, 422 when the user was not verified but had to be, 409 when
 *   the credential id is taken
 */
export async function finishRegistration(context: CeremonyContext, body: string): Promise<string> {
  const attestation = parseAttestation(body);
  const { challenge: text } = attestation.clientData;
  const challenge = await pendingChallenge(context, text);
  if (!challenge?.userId) throw challengeUnknown();
  if (challenge.expiresAt <= Date.now()) throw refused('Session has Expired');
  const presenceDemanded = challenge.operation !== 'conditional';
  const verified = await verify(context, attestation, presenceDemanded);
  const credential = credentialOf(verified, attestation, challenge.userId, context.kind);
  const token = await issueToken(context.keys, context.relyingParty.id, {
    ...credential,
    credentialId: credential.id,
  });
  await inTransaction(context.scope, async (scope) => {
    if (!(await consumeChallenge(scope, text))) throw challengeUnknown();
    if (!(await insertCredential(scope, credential))) throw new Problem(409, 'credential already exists');
  });
  return token;
}

/** One that was made for the other kind is as unknown here as one that was never made. */
function pendingChallenge({ scope, kind }: CeremonyContext, text: string): Promise<Challenge | null> {
  return kind === 'passkey'
    ? findChallenge(scope, text, registrationOf.passkey, 'conditional')
    : findChallenge(scope, text, registrationOf.mfa);
}

type Verified = NonNullable<Awaited<ReturnType<typeof verifyRegistrationResponse>>['registrationInfo']>;

/** WebAuthn section 7.1; step 15 lets presence go for a conditional create. */
async function verify(
  context: CeremonyContext,
  attestation: Attestation,
  presenceDemanded: boolean,
): Promise<Verified> {
  const refusal = () => refusalOf(context, attestation, presenceDemanded);
  if (!verifiableFormats.includes(attestation.format)) throw refusal();
  const result = await verifyRegistrationResponse({
    response: {
      id: attestation.id,
      rawId: attestation.id,
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: attestation.clientDataJSON,
        attestationObject: attestation.attestationObject,
      },
    },
    expectedChallenge: attestation.clientData.challenge,
    expectedOrigin: [...context.relyingParty.origins],
    expectedRPID: context.relyingParty.id,
    requireUserPresence: presenceDemanded,
    requireUserVerification: context.userVerification === 'required',
    supportedAlgorithmIDs: offeredAlgorithms,
  }).catch(() => null);
  if (!result?.verified) throw refusal();
  return result.registrationInfo;
}

function credentialOf(verified: Verified, attestation: Attestation, userId: string, kind: Kind): Credential {
  const now = new Date().toISOString();
  const { id, publicKey, counter } = verified.credential;
  return {
    id,
    userId,
    name: initialCredentialName(verified.aaguid, id),
    publicKey: isoBase64URL.fromBuffer(publicKey),
    attestationType: verified.fmt,
    aaguid: verified.aaguid,
    signCount: counter,
    transports: attestation.transports,
    backupEligible: verified.credentialDeviceType === 'multiDevice',
    backupState: verified.credentialBackedUp,
    isMfa: kind === 'mfa',
    createdAt: now,
    lastUsedAt: now,
  };
}

function refusalOf(context: CeremonyContext, attestation: Attestation, presenceDemanded: boolean): Problem {
  const evidence = { ...attestation, ceremony: 'webauthn.create' as const, presenceDemanded };
  const otherwise = 'Invalid attestation format';
  const reason = reasonForRefusal(context, evidence, { unverified: withoutVerification, otherwise });
  return reason === withoutVerification
    ? new Problem(422, withoutVerification, authenticatorRefused)
    : refused(reason);
}

function refused(reason: string): Problem {
  return new Problem(400, 'failed to validate attestation', reason);
}

function challengeUnknown(): Problem {
  return new Problem(400, 'received challenge does not match with any stored one');
}
