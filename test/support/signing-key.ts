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

const file = path.resolve(import.meta.dirname, '../../node_modules/.cache/latchkey-signing-key.json');
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

/** Puts the key into a database, or makes it. @returns the secret that it is encrypted under */
export async function keepSigningKey(scope: Scope): Promise<string> {
  const kept = await read();
  const secretKey = kept?.secretKey ?? randomBytes(32).toString('base64url');
  if (kept) await insertSigningKey(scope, kept.key);
  // Makes one when there is none, or none that this secret opens any more.
  await createSigningKeys(scope, [secretKey]).current();
  const [key] = await listSigningKeys(scope);
  if (key && key.kid !== kept?.key.kid) await write({ secretKey, key });
  return secretKey;
}

async function read() {
  const text = await readFile(file, 'utf8').catch(() => 'null');
  const { data } = schema.safeParse(JSON.parse(text));
  return data && Date.parse(data.key.createdAt) > Date.now() - lifetime ? data : null;
}

/** As a whole: other runs may read it at the same time. */
async function write(content: object): Promise<void> {
  const own = `${file}.${process.pid}`;
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(own, JSON.stringify(content), { mode: 0o600 });
  await rename(own, file);
}
