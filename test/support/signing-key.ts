/**
 * A real signing key for the embedded passkey API, kept beside the packages from one run to the next: making one takes up
 * to two seconds, and no test is about that it was made today.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import type { Scope } from '../../src/passkey-api/scope.ts';
import { insertSigningKey, listSigningKeys } from '../../src/passkey-api/signing-key-store.ts';
import { createSigningKeys } from '../../src/passkey-api/signing-keys.ts';

const cache = path.resolve(import.meta.dirname, '../../node_modules/.cache');
/** Milliseconds for which it is kept: no test with a clock that is put forward may meet its ninety days. */
const lifetime = 24 * 3_600_000;

const schema = z.object({
  secretKey: z.string(),
  key: z.object({
    kid: z.string(),
    generation: z.number(),
    publicJwk: z.record(z.string(), z.string()),
    encryptedPrivateKey: z.string(),
    createdAt: z.iso.datetime(),
  }),
});

/**
 * Puts the key of a tenant into a database, or makes it.
 *
 * @param given the secret that it has to be encrypted under; any when left out
 * @returns the secret that it is encrypted under
 */
export async function keepSigningKey(scope: Scope, given?: string): Promise<string> {
  const file = path.join(cache, `latchkey-signing-key-${scope.tenantId}.json`);
  const kept = await read(file);
  const secretKey = given ?? kept?.secretKey ?? randomBytes(32).toString('base64url');
  if (kept) await insertSigningKey(scope, kept.key);
  // Makes one when there is none, or none that this secret opens any more.
  await createSigningKeys(scope, [secretKey]).current();
  const [key] = await listSigningKeys(scope);
  if (key && key.kid !== kept?.key.kid) await write(file, { secretKey, key });
  return secretKey;
}

async function read(file: string) {
  const text = await readFile(file, 'utf8').catch(() => 'null');
  const { data } = schema.safeParse(JSON.parse(text));
  // One that a clock put forward has made is no better than one that is too old.
  return data && Math.abs(Date.now() - Date.parse(data.key.createdAt)) < lifetime ? data : null;
}

/** As a whole: other runs may read it at the same time. */
async function write(file: string, content: object): Promise<void> {
  const own = `${file}.${process.pid}`;
  await mkdir(cache, { recursive: true });
  await writeFile(own, JSON.stringify(content), { mode: 0o600 });
  await rename(own, file);
}
