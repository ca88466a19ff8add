/**
 * Something around the application that waiting does not mend: a setting, a file, a directory. Knows no process; whoever
 * starts one shows the message and ends.
 */
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';

/** Its message is for whoever runs the application: what is wrong, the setting to look at, and what to do. */
export class SetupFault extends Error {
  constructor(sentence: string, options?: { cause?: unknown }) {
    super(sentence, options);
    this.name = 'SetupFault';
  }
}

/**
 * Looks whether a directory is there for this user to read and write, or can be made; makes none.
 *
 * @throws what the file system throws where neither is so
 */
export function ensureWritable(directory: string): void {
  if (!statSync(directory, { throwIfNoEntry: false })) ensureWritable(path.dirname(directory));
  else if (statSync(directory).isDirectory())
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  else throw Object.assign(new Error('no directory'), { code: 'ENOTDIR' });
}

/** The code of what the file system threw, such as EACCES, for a sentence. */
export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? (error as Error).name;
}
