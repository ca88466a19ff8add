/**
 * Looks at the files that DATABASE_URL names before a driver opens them: what is there, whether this user may use it, and
 * whether a certificate is one. Opens no database.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { accessSync, constants, mkdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { codeOf, ensureWritable, SetupFault } from '../setup-fault.ts';

const { R_OK, W_OK } = constants;

/**
 * Makes the directory of a database, with mode 0700.
 *
 * @param makes false for whoever only looks: then it is enough that it could be made
 * @throws {SetupFault} when this user may not write there, or to the files of SQLite that are there already
 */
export function makeRoomForDatabase(filename: string, makes = true): void {
  const directory = path.dirname(filename);
  demand(directory, () => {
    if (makes) mkdirSync(directory, { recursive: true, mode: 0o700 });
    ensureWritable(directory);
  });
  for (const file of ['', '-wal', '-shm', '.migration-lock'].map((ending) => filename + ending)) {
    demand(file, () => {
      const there = statSync(file, { throwIfNoEntry: false });
      if (there) accessSync(file, R_OK | W_OK);
      if (there && !there.isFile())
        throw Object.assign(new Error(), { code: there.isDirectory() ? 'EISDIR' : 'ENOTSUP' });
    });
  }
}

function demand(place: string, look: () => void): void {
  try {
    look();
  } catch (cause) {
    throw new SetupFault(
      `The database cannot be used (${codeOf(cause)}). Look at DATABASE_URL, which needs ${place}: let this user write there, or name another file.`,
      { cause },
    );
  }
}

/** @throws {SetupFault} when a file of the URL of a PostgreSQL server cannot be read, or is not what it should be */
export function checkCertificates(databaseUrl: string): void {
  const [, query = ''] = databaseUrl.split('?');
  const parameters = new URLSearchParams(query);
  for (const name of ['sslrootcert', 'sslcert', 'sslkey']) {
    const file = parameters.get(name);
    if (file) checkPem(name, file);
  }
}

function checkPem(name: string, file: string): void {
  try {
    const content = readFileSync(file);
    if (name === 'sslkey') createPrivateKey(content);
    else new X509Certificate(content);
  } catch (cause) {
    const what = name === 'sslkey' ? 'key' : 'certificate';
    throw new SetupFault(
      `The database cannot be used (${codeOf(cause)}). Look at DATABASE_URL, whose ${name} is ${file}: let it hold a ${what} in PEM that this user may read.`,
      { cause },
    );
  }
}
