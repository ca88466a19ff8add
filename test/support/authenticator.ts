/**
 * A software authenticator with its browser, for tests: real keys, real signatures, answers shaped like
 * `PublicKeyCredential.toJSON()`. Knows nothing of the application.
 */
import { createHash, createPrivateKey, sign } from 'node:crypto';
import { isoBase64URL, isoCBOR } from '@simplewebauthn/server/helpers';
import {
  AuthenticatorEmulator,
  type AuthenticatorParameters,
  PasskeysCredentialsMemoryRepository,
  WebAuthnEmulator,
} from 'nid-webauthn-emulator';

type CreationOptionsJSON = Parameters<WebAuthnEmulator['createJSON']>[1];
type RequestOptionsJSON = Parameters<WebAuthnEmulator['getJSON']>[1];

/** What the authenticator claims in its answers. Change it between two ceremonies to play another day. */
type AuthenticatorFlags = {
  userPresent: boolean;
  userVerified: boolean;
  backupEligible: boolean;
  backedUp: boolean;
};

export type AuthenticatorOptions = {
  /** Default: present, verified, and a synced passkey (eligible and backed up). */
  flags?: Partial<AuthenticatorFlags>;
  /** The algorithms it can make, in its own order of preference. Default: ES256 only. */
  algorithms?: AuthenticatorParameters['algorithmIdentifiers'];
  /** Default: 16 zero bytes, as many passkey providers send. */
  aaguid?: Uint8Array<ArrayBuffer>;
  transports?: AuthenticatorTransport[];
  /** Default: "platform". */
  attachment?: AuthenticatorAttachment;
};

/** Plain JSON, as a browser posts it, open to a test's changes. */
export type RegistrationAnswer = {
  id: string;
  rawId: string;
  type: string;
  authenticatorAttachment: string;
  clientExtensionResults: Record<string, unknown>;
  response: {
    clientDataJSON: string;
    attestationObject: string;
    authenticatorData: string;
    transports: string[];
    publicKey: string;
    publicKeyAlgorithm: number;
  };
};

export type AssertionAnswer = {
  id: string;
  rawId: string;
  type: string;
  authenticatorAttachment: string;
  clientExtensionResults: Record<string, unknown>;
  response: { clientDataJSON: string; authenticatorData: string; signature: string; userHandle: string };
};

/** All that a passkey is, as its authenticator keeps it. */
export type KeptPasskey = {
  id: string;
  rpId: string;
  /** PKCS #8. */
  privateKey: Uint8Array;
  userHandle: Uint8Array;
  signCount: number;
  userName: string;
  userDisplayName: string;
};

export type Authenticator = {
  flags: AuthenticatorFlags;
  /**
   * Makes a passkey for `{ publicKey: … }` as the API emits it; a second one for the same user replaces the first.
   * @throws {DOMException} as a browser would: no common algorithm, RP id not of this origin;
   *   an excluded credential is NotAllowedError here, where browsers say InvalidStateError
   */
  create(options: { publicKey: object }, origin: string): RegistrationAnswer;
  /**
   * Signs in with the newest passkey that the options allow.
   * @throws {DOMException} as a browser would: NotAllowedError when it holds none
   */
  get(options: { publicKey: object }, origin: string): AssertionAnswer;
  /**
   * The signature of one of its passkeys over any authenticator data and client data, for forged answers.
   * @throws {Error} when it does not hold that credential
   */
  sign(credentialId: string, authenticatorData: Uint8Array, clientDataJSON: Uint8Array): Uint8Array;
  /**
   * One of its passkeys with its private key, for another authenticator that is to have it.
   * @throws {Error} when it does not hold that credential
   */
  reveal(credentialId: string): KeptPasskey;
};

/** An authenticator that holds no passkeys yet; each one keeps its own. */
export function createAuthenticator(options: AuthenticatorOptions = {}): Authenticator {
  const flags = {
    userPresent: true,
    userVerified: true,
    backupEligible: true,
    backedUp: true,
    ...options.flags,
  };
  const attachment = options.attachment ?? 'platform';
  const credentialsRepository = new PasskeysCredentialsMemoryRepository();
  const emulator = new WebAuthnEmulator(
    new AuthenticatorEmulator({
      credentialsRepository,
      aaguid: options.aaguid ?? new Uint8Array(16),
      algorithmIdentifiers: options.algorithms ?? ['ES256'],
      transports: options.transports ?? ['internal', 'hybrid'],
    }),
  );

  const heldAs = (credentialId: string) => {
    const held = credentialsRepository
      .loadCredentials()
      .find(({ publicKeyCredentialSource: { id } }) => isoBase64URL.fromBuffer(id) === credentialId);
    if (!held) throw new Error('this authenticator does not hold that credential');
    return held;
  };

  const signAs: Authenticator['sign'] = (credentialId, authenticatorData, clientDataJSON) =>
    signWith(heldAs(credentialId).publicKeyCredentialSource.privateKey, authenticatorData, clientDataJSON);

  return {
    flags,
    create({ publicKey }, origin) {
      const answer = travelled<RegistrationAnswer>(
        emulator.createJSON(origin, publicKey as CreationOptionsJSON),
      );
      const attestation = isoCBOR.decodeFirst<Map<string, Uint8Array<ArrayBuffer>>>(
        isoBase64URL.toBuffer(answer.response.attestationObject),
      );
      const authData = withFlags(attestation.get('authData') as Uint8Array<ArrayBuffer>, flags);
      answer.response.attestationObject = isoBase64URL.fromBuffer(
        isoCBOR.encode(attestation.set('authData', authData)),
      );
      answer.response.authenticatorData = isoBase64URL.fromBuffer(authData);
      return { ...answer, authenticatorAttachment: attachment };
    },
    get({ publicKey }, origin) {
      const answer = travelled<AssertionAnswer>(emulator.getJSON(origin, publicKey as RequestOptionsJSON));
      const authData = withFlags(isoBase64URL.toBuffer(answer.response.authenticatorData), flags);
      const signature = signAs(answer.id, authData, isoBase64URL.toBuffer(answer.response.clientDataJSON));
      answer.response.authenticatorData = isoBase64URL.fromBuffer(authData);
      answer.response.signature = isoBase64URL.fromBuffer(new Uint8Array(signature));
      return { ...answer, authenticatorAttachment: attachment };
    },
    sign: signAs,
    reveal(credentialId) {
      const { publicKeyCredentialSource: source, authenticatorData, user } = heldAs(credentialId);
      return {
        id: credentialId,
        rpId: source.rpId.value,
        privateKey: source.privateKey,
        userHandle: source.userHandle ?? new Uint8Array(),
        signCount: authenticatorData.signCount,
        userName: user.name,
        userDisplayName: user.displayName,
      };
    },
  };
}

/** The emulator answers with its own choice of flags; these four bits are ours (WebAuthn Level 3, section 6.1). */
function withFlags(authData: Uint8Array<ArrayBuffer>, flags: AuthenticatorFlags): Uint8Array<ArrayBuffer> {
  const changed = Uint8Array.from(authData);
  const rest = (authData[32] ?? 0) & ~0b0001_1101;
  changed[32] =
    rest |
    (flags.userPresent ? 1 : 0) |
    (flags.userVerified ? 1 << 2 : 0) |
    (flags.backupEligible ? 1 << 3 : 0) |
    (flags.backedUp ? 1 << 4 : 0);
  return changed;
}

function signWith(pkcs8: Uint8Array, authenticatorData: Uint8Array, clientDataJSON: Uint8Array): Uint8Array {
  const key = createPrivateKey({ format: 'der', type: 'pkcs8', key: Buffer.from(pkcs8) });
  const clientDataHash = createHash('sha256').update(clientDataJSON).digest();
  const digest = key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  return new Uint8Array(sign(digest, Buffer.concat([authenticatorData, clientDataHash]), key));
}

/** What is left after the way through JSON: no undefined members, no prototypes. */
function travelled<T>(answer: object): T {
  return JSON.parse(JSON.stringify(answer));
}
