/**
 * The RSA keys that sign tokens: made on first need, kept encrypted, replaced when they grow old. Must not know what
 * is signed with them.
 */
import { randomUUID } from 'node:crypto';
import { exportJWK, exportPKCS8, generateKeyPair, importPKCS8, type JWK } from 'jose';
import { seal, unseal } from './key-encryption.ts';
import type { Scope } from './scope.ts';
import {
  insertSigningKey,
  listSigningKeys,
  removeSigningKeysBefore,
  type StoredSigningKey,
} from './signing-key-store.ts';

const modulusLength = 3072;
const lifetime = 90 * 24 * 60 * 60 * 1000;
/** How long a key is published after it signed last: far longer than its tokens and anybody's copy of the list live. */
const afterlife = 60 * 60 * 1000;

type SigningKey = { kid: string; privateKey: CryptoKey };

export type SigningKeys = {
  /** The key to sign with: the newest that our secrets open, made now if there is none or it is older than 90 days. */
  current(): Promise<SigningKey>;
  /** The public half of every key that may have signed a token which still lives, newest first; ours alone. */
  published(): Promise<JWK[]>;
  /** Removes the keys that are too old to be published. */
  sweep(): Promise<void>;
};

type LoadedKey = SigningKey & { signsUntil: number };

/**
 * The keys of one tenant; nothing happens before one is needed.
 *
 * @param secrets the first encrypts a new key, every one is tried on a stored key; a key that none of them opens is
 *   nobody's, and neither signs nor is published
 */
export function createSigningKeys(scope: Scope, secrets: readonly string[]): SigningKeys {
  let loading: Promise<LoadedKey> | undefined;

  async function current(): Promise<SigningKey> {
    loading ??= load(scope, secrets).catch(forget);
    const pending = loading;
    const key = await pending;
    if (Date.now() < key.signsUntil) return key;
    if (loading === pending) loading = undefined;
    return current();
  }

  function forget(error: unknown): never {
    loading = undefined;
    throw error;
  }

  async function published(): Promise<JWK[]> {
    await current();
    const earliest = oldestPublished();
    return (await listSigningKeys(scope))
      .filter((key) => key.createdAt >= earliest && opened(scope, secrets, key) !== null)
      .map((key) => key.publicJwk);
  }

  return { current, published, sweep: () => removeSigningKeysBefore(scope, oldestPublished()) };
}

function oldestPublished(): string {
  return new Date(Date.now() - lifetime - afterlife).toISOString();
}

/** A process with other secrets may take the generation we wanted, with a key that we cannot open: then the next one. */
async function load(scope: Scope, secrets: readonly string[], attempts = 3): Promise<LoadedKey> {
  const kept = await listSigningKeys(scope);
  const usable = await newestUsable(scope, secrets, kept);
  if (usable) return usable;
  if (attempts === 0)
    throw new Error('Other processes keep making signing keys that these secrets do not open.');
  await insertSigningKey(scope, await newKey(scope, secrets, (kept[0]?.generation ?? 0) + 1));
  return load(scope, secrets, attempts - 1);
}

async function newestUsable(
  scope: Scope,
  secrets: readonly string[],
  kept: StoredSigningKey[],
): Promise<LoadedKey | null> {
  for (const key of kept) {
    const signsUntil = Date.parse(key.createdAt) + lifetime;
    if (signsUntil <= Date.now()) return null;
    const pkcs8 = opened(scope, secrets, key);
    if (pkcs8 !== null) return { kid: key.kid, privateKey: await importPKCS8(pkcs8, 'RS256'), signsUntil };
  }
  return null;
}

function opened(
  scope: Scope,
  secrets: readonly string[],
  { kid, encryptedPrivateKey }: StoredSigningKey,
): string | null {
  return unseal(encryptedPrivateKey, secrets, contextOf(scope, kid));
}

async function newKey(
  scope: Scope,
  secrets: readonly string[],
  generation: number,
): Promise<StoredSigningKey> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { modulusLength, extractable: true });
  const kid = randomUUID();
  const { e, kty, n } = await exportJWK(publicKey);
  return {
    kid,
    generation,
    publicJwk: { alg: 'RS256', e, kid, kty, n, use: 'sig' } as JWK,
    encryptedPrivateKey: seal(await exportPKCS8(privateKey), secrets, contextOf(scope, kid)),
    createdAt: new Date().toISOString(),
  };
}

function contextOf(scope: Scope, kid: string): string {
  return `${scope.tenantId}/${kid}`;
}
