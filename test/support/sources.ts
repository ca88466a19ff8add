/** The sources of the house as text, for rules that are checked by reading. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

export type Source = { file: string; text: string };
export type Import = { from: string; to: string };

/**
 * All files below a directory whose name ends so, tests left out.
 *
 * @throws {Error} when there is none: a rule that sees nothing must not pass
 */
export function sourcesOf(directory: string, ending: string): Source[] {
  const names = readdirSync(path.join(root, directory), { recursive: true, encoding: 'utf8' });
  const sources = names
    .filter((name) => name.endsWith(ending) && !name.endsWith('.test.ts'))
    .map((name) => path.posix.join(directory, name.replaceAll(path.sep, '/')))
    .map((file) => ({ file, text: readFileSync(path.join(root, file), 'utf8') }));
  if (sources.length === 0) throw new Error(`no ${ending} in ${directory}`);
  return sources;
}

/** The text without comments, so that a rule may be spoken of. Knows lines and blocks that begin a line. */
export function withoutComments(text: string): string {
  return text.replaceAll(/^\s*\/\*[\s\S]*?\*\/|(?:^|\s)\/\/[^\n]*/gm, '');
}

/** Every import, static or dynamic: files by their path in the project, packages by their name. */
export function importsOf({ file, text }: Source): Import[] {
  const statements = withoutComments(text).matchAll(
    /^(?:import|export)\s(?:[^'"`;]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'/gm,
  );
  return [...statements].map(([, named, dynamic]) => {
    const to = named ?? dynamic ?? '';
    return { from: file, to: to.startsWith('.') ? path.posix.join(path.posix.dirname(file), to) : to };
  });
}
