/** Every key and every use of cryptography: the inventory of docs/security/cryptography.md. A test holds it against src. */
import { tableOf } from './table.ts';

type Key = { key: string; kind: string; usedFor: string; neverFor: string; keptIn: string; replaced: string };

const keys: readonly Key[] = [
  {
    key: '`SECRET_KEYS`',
    kind: 'secret, random; at least 32 characters in production',
    usedFor:
      'signing cookies (HMAC-SHA-256), the secrets of mailed links (HMAC-SHA-256), showing `doctor` that this is the deployment (HMAC-SHA-256), in development the key of `npm run passkey-api -- --origin` (HMAC-SHA-512), encrypting the signing key below, and new recovery codes on their way to their page (HKDF-SHA-256 to AES-256-GCM)',
    neverFor: 'anything that another program reads; passwords',
    keptIn: 'the environment of the processes; in development `data/secret-keys`, mode 0600',
    replaced:
      'by the operator, each year and whenever somebody who knows it leaves: the new one in front, the old one removed after 30 days',
  },
  {
    key: 'signing key of the embedded API',
    kind: 'RSA of 3072 bits',
    usedFor: 'signing the tokens of the embedded API (RS256), 300 s each',
    neverFor: 'anything else; once loaded it cannot be exported',
    keptIn: '`passkey_api_signing_keys`, encrypted, bound to tenant and key id',
    replaced: 'by itself after 90 days; published for an hour more, then deleted',
  },
  {
    key: 'API key of the embedded API',
    kind: 'secret, 512 random bits',
    usedFor: 'calls of this process to its own embedded API',
    neverFor: 'a network: it never leaves the process',
    keptIn: 'memory',
    replaced: 'at each start',
  },
  {
    key: '`PASSKEYS_API_KEY`',
    kind: 'secret; from Hanko, or for `npm run passkey-api` random and of at least 32 characters',
    usedFor: 'calls to the configured tenant',
    neverFor: 'any other host: redirects are not followed',
    keptIn: 'the environment; Hanko has it too',
    replaced: 'by the operator, as `SECRET_KEYS`: make a new one at Hanko, restart, revoke the old one',
  },
  {
    key: '`METRICS_TOKEN`',
    kind: 'secret, random; at least 32 characters',
    usedFor: 'reading `/metrics`',
    neverFor: 'anything about people',
    keptIn: 'the environment; whatever reads the metrics has it too',
    replaced: 'by the operator, as `SECRET_KEYS`: set a new one in both places and restart',
  },
  {
    key: 'passwords in `DATABASE_URL` and `SMTP_URL`',
    kind: 'secret',
    usedFor: 'the database and the mail server',
    neverFor: 'other servers',
    keptIn: 'the environment; these servers have them too',
    replaced: 'by the operator, as `SECRET_KEYS`',
  },
  {
    key: 'public keys of the tenant',
    kind: 'RSA',
    usedFor: 'verifying tokens (RS256 only)',
    neverFor: 'other issuers',
    keptIn: 'memory, from the configured address, for ten minutes',
    replaced: 'by the tenant; an unknown key id fetches anew, at most every 30 s',
  },
  {
    key: 'public keys of passkeys',
    kind: 'Ed25519, P-256, or RSA of 2048 to 4096 bits',
    usedFor: 'verifying that their owner signed a challenge',
    neverFor: 'other accounts; encryption',
    keptIn: 'the passkey API; the private keys are on people’s devices',
    replaced: 'by their owner, who deletes one and makes another',
  },
  {
    key: 'certificate of the site',
    kind: 'TLS',
    usedFor: 'https',
    neverFor: 'anything else',
    keptIn: 'the proxy in front',
    replaced: 'as its authority says',
  },
];

type Use = { what: string; algorithm: string; by: string; files: readonly string[] };

const node = 'node:crypto (OpenSSL)';

const uses: readonly Use[] = [
  {
    what: 'passwords',
    algorithm: 'argon2id, m = 19456 KiB, t = 2, p = 1',
    by: '@node-rs/argon2',
    files: ['src/accounts/password.ts'],
  },
  { what: 'signed cookies', algorithm: 'HMAC-SHA-256', by: 'keygrip', files: ['src/app.ts'] },
  {
    what: 'showing that this is the deployment',
    algorithm: 'HMAC-SHA-256 of a question, labelled',
    by: 'keygrip',
    files: ['src/deployment-proof.ts'],
  },
  {
    what: 'secrets of mailed links, 128 bits',
    algorithm: 'HMAC-SHA-256 of a random name',
    by: node,
    files: ['src/accounts/links.ts'],
  },
  {
    what: 'the tenant and API key for an app in development (`npm run passkey-api -- --origin …`)',
    algorithm: 'HMAC-SHA-512, labelled',
    by: node,
    files: ['src/passkey-api/learners-tenant.ts'],
  },
  {
    what: 'the signing key at rest',
    algorithm: 'AES-256-GCM, nonce of 96 random bits, key by HKDF-SHA-256',
    by: node,
    files: ['src/passkey-api/key-encryption.ts'],
  },
  {
    what: 'new recovery codes, from the form that made them to the page that shows them',
    algorithm: 'AES-256-GCM (JWE, `dir`), nonce of 96 random bits, key by HKDF-SHA-256',
    by: 'jose over node:crypto',
    files: ['src/web/http/codes-cookie.ts'],
  },
  {
    what: 'making the signing key, and signing tokens',
    algorithm: 'RSA-3072, RS256',
    by: 'jose over node:crypto',
    files: ['src/passkey-api/signing-keys.ts', 'src/passkey-api/tokens.ts'],
  },
  {
    what: 'verifying tokens',
    algorithm: 'RS256',
    by: 'jose over node:crypto',
    files: ['src/passkeys/hanko/token.ts'],
  },
  {
    what: 'verifying passkeys',
    algorithm: 'EdDSA, ES256, RS256',
    by: '@simplewebauthn/server over node:crypto',
    files: [
      'src/passkey-api/registration.ts',
      'src/passkey-api/login.ts',
      'src/passkeys/gate/attestation-statement.ts',
      'src/passkeys/signed-record.ts',
    ],
  },
  {
    what: 'judging public keys of passkeys before they are used',
    algorithm: 'the curves and lengths of above',
    by: `${node}; whether an Ed25519 key is a sound point is computed here, since no library tells`,
    files: ['src/passkeys/gate/public-key.ts', 'src/passkeys/gate/ed25519-point.ts'],
  },
  {
    what: 'a registration that nobody could have made, with which a tenant is asked for its settings',
    algorithm: 'P-256; the private key is never used, nor kept',
    by: node,
    files: ['src/passkeys/hanko/impossible-registration.ts'],
  },
  {
    what: 'comparing API keys, and the token of metrics',
    algorithm: 'SHA-256, then in constant time',
    by: node,
    files: ['src/passkey-api/api-key.ts', 'src/web/well-known/metrics.ts'],
  },
  {
    what: 'what is kept of secrets: session ids, links, challenges, recovery codes',
    algorithm: 'SHA-256 (each has 128 random bits and more)',
    by: node,
    files: [
      'src/accounts/session-store.ts',
      'src/accounts/token-store.ts',
      'src/accounts/pending-sign-in-store.ts',
      'src/accounts/recovery-codes.ts',
      'src/passkeys/tickets.ts',
      'src/passkey-api/challenge-store.ts',
    ],
  },
  {
    what: 'what stands for an address or an id where it need not be readable: counters, cookies, log',
    algorithm: 'SHA-256; a name, not a secret',
    by: node,
    files: [
      'src/accounts/sign-in-throttle.ts',
      'src/operations/account-quota.ts',
      'src/operations/letter-quota.ts',
      'src/web/http/device-cookie.ts',
      'src/web/passkeys/review-passkeys-page.ts',
      'src/logger.ts',
    ],
  },
  {
    what: 'what the challenge of a transaction is bound to',
    algorithm: 'SHA-256 of its name and its data, after 256 random bits',
    by: node,
    files: [
      'src/passkey-api/transaction.ts',
      'src/passkeys/gate/bound-challenge.ts',
      'src/passkeys/signed-record.ts',
    ],
  },
  {
    what: 'the hash of the relying party',
    algorithm: 'SHA-256',
    by: node,
    files: [
      'src/passkey-api/settings.ts',
      'src/passkeys/gate/gate.ts',
      'src/development/ceremony-decoder.ts',
    ],
  },
  {
    what: 'random secrets: session ids and sign-ins that wait 256 bits, recovery codes 128, challenges 256, sign-up browsers 256, devices 128, keys',
    algorithm: 'the random generator of the system',
    by: node,
    files: [
      'src/accounts/recovery-codes.ts',
      'src/operations/open-session.ts',
      'src/operations/pending-sign-in.ts',
      'src/operations/confirm-identity.ts',
      'src/passkey-api/options.ts',
      'src/web/http/sign-up-cookie.ts',
      'src/web/http/device-cookie.ts',
      'src/passkey-backend.ts',
      'src/settings/development-keys.ts',
    ],
  },
  {
    what: 'names of rows, requests and mails, and questions of `doctor`, which open nothing',
    algorithm: 'random UUIDs and bytes',
    by: node,
    files: [
      'src/accounts/accounts.ts',
      'src/accounts/activity-store.ts',
      'src/accounts/recovery-code-store.ts',
      'src/operations/create-account.ts',
      'src/operations/sign-up.ts',
      'src/passkey-api/index.ts',
      'src/passkeys/pending-deletions.ts',
      'src/passkeys/hanko/hanko.ts',
      'src/mail/outbox.ts',
      'src/web/middleware/connection.ts',
      'src/tasks/check-address.ts',
      'src/tasks/workplace.ts',
    ],
  },
  {
    what: 'integrity of the browser’s files',
    algorithm: 'SHA-384',
    by: node,
    files: ['esbuild.config.ts', 'src/web/http/assets.ts'],
  },
  {
    what: 'looking whether the files that `DATABASE_URL` names hold certificates and a key',
    algorithm: 'X.509, PEM',
    by: node,
    files: ['src/db/database-files.ts'],
  },
];

/** Every file that is named. */
export const filesWithCryptography: ReadonlySet<string> = new Set(uses.flatMap(({ files }) => files));

export function keysTable(): string {
  const heads = ['key', 'kind', 'used for', 'never for', 'kept in', 'replaced'];
  return tableOf(
    heads,
    keys.map(({ key, kind, usedFor, neverFor, keptIn, replaced }) => [
      key,
      kind,
      usedFor,
      neverFor,
      keptIn,
      replaced,
    ]),
  );
}

export function usesTable(): string {
  const heads = ['what', 'algorithm', 'implementation', 'in'];
  return tableOf(
    heads,
    uses.map(({ what, algorithm, by, files }) => [what, algorithm, by, files.map(linkTo).join(', ')]),
  );
}

function linkTo(file: string): string {
  return `[${file.replace('src/', '')}](../../${file})`;
}
