/** The sources of the house as text, for rules that are checked by reading. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

export type Source = { file: string; text: string };
export type Import = { from: string; to: string; typeOnly: boolean };

/**
 * All files below a directory whose name ends so, tests left out.
 *
 * @throws {Error} when there is none: a rule that sees nothing must not pass
 */
export function sourcesOf(directory: string, ending: string): Source[] {
  return filesOf(directory, ending, (name) => !name.endsWith('.test.ts'));
}

/** All test files below a directory. @throws as {@link sourcesOf} */
export function testsOf(directory: string): Source[] {
  return filesOf(directory, '.test.ts', () => true);
}

function filesOf(directory: string, ending: string, accept: (name: string) => boolean): Source[] {
  const names = readdirSync(path.join(root, directory), { recursive: true, encoding: 'utf8' });
  const files = names
    // The benchmark's peers may be installed beside it.
    .filter((name) => name.endsWith(ending) && accept(name) && !name.includes('node_modules'))
    .map((name) => path.posix.join(directory, name.replaceAll(path.sep, '/')))
    .map((file) => ({ file, text: readFileSync(path.join(root, file), 'utf8') }));
  if (files.length === 0) throw new Error(`no ${ending} in ${directory}`);
  return files;
}

/** The text without comments, so that a rule may be spoken of. Knows lines and blocks that begin a line. */
export function withoutComments(text: string): string {
  return text.replaceAll(/^\s*\/\*[\s\S]*?\*\/|(?:^|\s)\/\/[^\n]*/gm, '');
}

/** Every import, static or dynamic: files by their path in the project, packages by their name. */
export function importsOf({ file, text }: Source): Import[] {
  const statements = withoutComments(text).matchAll(
    /^(?:import|export)\s(type\s)?(?:[^'"`;]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'/gm,
  );
  return [...statements].map(([, type, named, dynamic]) => {
    const to = named ?? dynamic ?? '';
    return {
      from: file,
      to: to.startsWith('.') ? path.posix.join(path.posix.dirname(file), to) : to,
      typeOnly: type !== undefined,
    };
  });
}

/** What a source imports, read once: whoever follows all tests comes by most files hundreds of times. */
const known = new WeakMap<Source, Import[]>();

function knownImportsOf(source: Source): Import[] {
  const imports = known.get(source) ?? importsOf(source);
  known.set(source, imports);
  return imports;
}

/**
 * Every file and package that is loaded with a file, itself included.
 *
 * @param sources where its imports, and theirs, are looked up by their paths
 * @param without files that are not gone through
 */
export function loadedWith(file: string, sources: Map<string, Source>, without: string[] = []): Set<string> {
  const loaded = new Set([file]);
  for (const next of loaded) {
    const source = sources.get(next);
    if (!source || without.includes(next)) continue;
    for (const { to, typeOnly } of knownImportsOf(source)) if (!typeOnly) loaded.add(to);
  }
  return loaded;
}
