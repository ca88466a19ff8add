/** A copy of the project in which something can be broken without anybody being hurt. Knows no breaks and no tests. */
import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { withOnce } from '../support/with-once.ts';

const root = path.resolve(import.meta.dirname, '../..');

export type Copy = {
  directory: string;
  /** Does something while a piece of a file is another, and puts it back whatever happens. */
  broken<T>(change: Change, work: () => Promise<T>): Promise<T>;
  remove(): Promise<void>;
};

type Change = { file: string; find: string; replace: string };

/** Everything that git knows or would take, with the packages linked and the browser's files built. */
export async function copyProject(): Promise<Copy> {
  const directory = await mkdtemp(path.join(tmpdir(), 'latchkey-mutants-'));
  for (const file of projectFiles()) {
    const to = path.join(directory, file);
    await mkdir(path.dirname(to), { recursive: true });
    await copyFile(path.join(root, file), to);
  }
  await symlink(path.join(root, 'node_modules'), path.join(directory, 'node_modules'));
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: directory, stdio: 'ignore' });
  return {
    directory,
    async broken({ file, find, replace }, work) {
      const place = path.join(directory, file);
      const whole = await readFile(place, 'utf8');
      await writeFile(place, withOnce(whole, find, replace));
      try {
        return await work();
      } finally {
        await writeFile(place, whole);
      }
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

/** What was deleted and not yet committed is left out. */
export function projectFiles(): string[] {
  const git = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const gone = execFileSync('git', ['ls-files', '-z', '--deleted'], { cwd: root, encoding: 'utf8' }).split(
    '\0',
  );
  const known = execFileSync('git', git, { cwd: root, encoding: 'utf8' }).split('\0');
  return known.filter((file) => file !== '' && !gone.includes(file));
}
