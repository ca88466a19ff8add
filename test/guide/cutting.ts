/**
 * What chapters of the guide show of the examples is cut from their files. A comment before a block says what it shows:
 * `cut FILE#REGION`, `cut FILE`, or `diff OLD NEW` for all that changes from one step to the next.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
export const guide = path.join(root, 'docs/guide');
export const chapters = readdirSync(guide).filter((file) => file.endsWith('.md'));

const block = /(<!-- (cut|diff) (\S+)(?: (\S+))? -->\n```(\w+)\n)[\s\S]*?(?<=\n)```\n/g;
const marks = /^.*#(?:end)?region\b.*\n/gm;

/** A chapter with its blocks as the files are now. @throws {Error} when a block shows what is not there */
export function withBlocks(chapter: string): string {
  return chapter.replace(block, (_, head: string, kind: string, what: string, other = '') => {
    const shown = kind === 'cut' ? cut(what) : difference(what, other);
    return `${head}${shown.trimEnd()}\n\`\`\`\n`;
  });
}

/** What the blocks of a chapter show. */
export function shownIn(chapter: string): string[] {
  return [...chapter.matchAll(block)].map(([, , , what = '']) => what);
}

function cut(what: string): string {
  const [file = '', region] = what.split('#');
  const text = readFileSync(path.join(root, file), 'utf8');
  if (!region) return withoutMarks(text);
  const lines = text.split('\n');
  const first = lines.findIndex((line) => line.includes(`#region ${region}`) && isWhole(line, region));
  const last = lines.findIndex((line, at) => at > first && line.includes('#endregion'));
  if (first < 0 || last < 0) throw new Error(`There is no region ${region} in ${file}.`);
  return lines.slice(first + 1, last).join('\n');
}

const isWhole = (line: string, region: string) => line.split('#region ')[1]?.split(' ')[0] === region;

/** Lines of code as a reader sees them. */
export function withoutMarks(text: string): string {
  return text.replaceAll(marks, '');
}

/** What a learner would change by hand; the manifest is told in the text. */
function difference(old: string, now: string): string {
  const copy = mkdtempSync(path.join(tmpdir(), 'guide-'));
  try {
    const sides = [old, now].map((step) => {
      const side = path.posix.basename(step);
      cpSync(path.join(root, step), path.join(copy, side), { recursive: true });
      rmSync(path.join(copy, side, 'package.json'));
      for (const file of filesOf(path.join(copy, side)))
        writeFileSync(file, withoutMarks(readFileSync(file, 'utf8')));
      return side;
    });
    return diffOf(copy, sides);
  } finally {
    rmSync(copy, { recursive: true });
  }
}

function diffOf(directory: string, sides: string[]): string {
  const options = ['--no-index', '--no-prefix', '--no-color', '-U1', '--diff-algorithm=histogram'];
  try {
    return execFileSync('git', ['diff', ...options, ...sides], { cwd: directory, encoding: 'utf8' });
  } catch (error) {
    // It ends with 1 when there are differences.
    const { stdout } = error as { stdout: string };
    return stdout.replaceAll(/^(?:diff --git|index|new file mode) .*\n/gm, '');
  }
}

/** Every file of a step that a reader would read. */
export function filesOf(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}
