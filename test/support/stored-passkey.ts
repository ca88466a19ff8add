/**
 * A passkey as the finish of its registration leaves it: stored at the embedded API, with an unconfirmed record here, and
 * its private key in the authenticator. Written as rows, where the ceremony would take forty statements.
 */
import { randomBytes } from 'node:crypto';
import type { User } from '../../src/accounts/user.ts';
import type { Database } from '../../src/db/database.ts';
import { initialCredentialName } from '../../src/passkey-api/authenticator-names.ts';
import { insertCredential, listCredentials } from '../../src/passkey-api/credential-store.ts';
import { embeddedTenantId } from '../../src/passkey-api/settings.ts';
import { ensureUser } from '../../src/passkey-api/user-store.ts';
import { parseAuthData } from '../../src/passkeys/gate/authenticator-data.ts';
import { nameFor } from '../../src/passkeys/passkey.ts';
import type { Registered } from '../../src/passkeys/passkeys.ts';
import { createRecordStore, ordinary } from '../../src/passkeys/record-store.ts';
import type { Authenticator } from './authenticator.ts';
import { authDataOf } from './credential-surgery.ts';

/** @param origin of the browser in which it is made */
export async function storePasskey(
  db: Database,
  { id: userId, email }: Pick<User, 'id' | 'email'>,
  authenticator: Authenticator,
  { origin, device }: { origin: string; device: string },
): Promise<Registered> {
  const answer = authenticator.create(optionsFor(userId, email, new URL(origin).hostname), origin);
  const { attested, flags, counter } = parseAuthData(authDataOf(answer));
  if (!attested) throw new Error('the authenticator has made no passkey');
  const { id } = answer;
  const aaguid = aaguidOf(answer);
  const scope = { db, tenantId: embeddedTenantId };
  const { credentials } = await listCredentials(scope, { userId, order: 'desc', offset: 0, limit: 100 });
  const taken = credentials.map((credential) => credential.name);
  const name = nameFor(initialCredentialName(aaguid, id), device, taken);
  const record = { ...ordinary(id, Date.now()), confirmed: false, backup: flags, discoverable: true };
  await createRecordStore(db).insert(userId, record);
  await ensureUser(scope, userId);
  const now = new Date().toISOString();
  await insertCredential(scope, {
    id,
    userId,
    name,
    publicKey: Buffer.from(attested.publicKey).toString('base64url'),
    attestationType: 'none',
    aaguid,
    signCount: counter,
    transports: answer.response.transports,
    backupEligible: flags.backupEligible,
    backupState: flags.backedUp,
    isMfa: false,
    createdAt: now,
    lastUsedAt: now,
  });
  return { id, name, aaguid, automatic: false };
}

function optionsFor(userId: string, email: string, rpId: string) {
  return {
    publicKey: {
      challenge: randomBytes(32).toString('base64url'),
      rp: { id: rpId, name: 'Test' },
      user: { id: Buffer.from(userId).toString('base64url'), name: email, displayName: email },
      pubKeyCredParams: [-7, -8, -257].map((alg) => ({ type: 'public-key', alg })),
      authenticatorSelection: {
        residentKey: 'required',
        requireResidentKey: true,
        userVerification: 'required',
      },
      attestation: 'none',
    },
  };
}

/** Behind the hash, the flags and the counter (WebAuthn Level 3, section 6.5.2). */
function aaguidOf(answer: Parameters<typeof authDataOf>[0]): string {
  const digits = Buffer.from(authDataOf(answer).slice(37, 53)).toString('hex');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
