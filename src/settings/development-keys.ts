/** The secret keys of a development that has none in its settings: made once, and kept in a file. */
import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { codeOf, ensureWritable, SetupFault } from '../setup-fault.ts';
import { isSecret } from './secrets.ts';
import { listed } from './setting.ts';

/**
 * Kept, so that a restart signs nobody out.
 *
 * @param directory where `secret-keys` is, or is made
 * @param makes false for whoever only looks: then there are none where there is no file
 * @throws {SetupFault} when the file cannot be made or read, or holds no keys that production would take
 */
export function developmentKeys(directory: string, makes = true): string[] {
  const file = path.join(directory, 'secret-keys');
  const text = kept(file, makes);
  if (text === null) return [];
  const keys = listed(text);
  if (keys.length > 0 && keys.every(isSecret)) return keys;
  throw new SetupFault(
    `SECRET_KEYS is not set, and ${file} holds no key that can be used: remove the file, and a new key is made`,
  );
}

/** Null when there is no file, and none is made. */
function kept(file: string, makes: boolean): string | null {
  try {
    if (!existsSync(file) && !makes) {
      ensureWritable(path.dirname(file));
      return null;
    }
    if (!existsSync(file)) make(file);
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const sentence = `SECRET_KEYS is not set, and no key can be kept in ${file} (${codeOf(cause)}): set SECRET_KEYS, or let this user write there`;
    throw new SetupFault(sentence, { cause });
  }
}

/** Whole or not at all, for a second process that starts at the same time: then the key of the first stands. */
function make(file: string): void {
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${process.pid}`;
  try {
    writeFileSync(draft, randomBytes(32).toString('base64url'), { mode: 0o600 });
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}
