/** A copy of a step that a patch of chapter 4 or 6 has broken. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { examples } from './step-directory.ts';

const breaks = path.join(examples, 'express/breaks');
const root = path.dirname(examples);

/** The names of the patches, each with the directory of the step that it breaks. */
export const patches: Readonly<Record<string, string>> = Object.fromEntries(
  readdirSync(breaks).map((file) => {
    const [, step = ''] = /^--- a\/(.+?)\/[^/]+$/m.exec(readFileSync(path.join(breaks, file), 'utf8')) ?? [];
    return [path.basename(file, '.patch'), path.join(root, step)];
  }),
);

/**
 * @param patch the name of a file of {@link breaks}, without its ending; undefined leaves the step as it is
 * @throws {Error} when there is no such patch, or it does not fit
 */
export async function broken(directory: string, patch: string | undefined) {
  if (!patch) return { directory, remove: async () => {} };
  const copy = await mkdtemp(path.join(tmpdir(), 'guide-'));
  const step = path.relative(root, directory);
  await cp(directory, path.join(copy, step), { recursive: true });
  // An example finds its libraries where the step finds them.
  await symlink(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
  await promisify(execFile)('git', ['apply', path.join(breaks, `${patch}.patch`)], { cwd: copy });
  return { directory: path.join(copy, step), remove: () => rm(copy, { recursive: true, force: true }) };
}
