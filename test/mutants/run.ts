/**
 * Breaks the application in each way of the list, one at a time, and looks whether a test notices: trust in the tests is
 * shown, not assumed. Ends with 1 when a break survives or proves nothing.
 *
 * `npm run test:mutants`, or with parts of names or files to try only some: `npm run test:mutants -- src/passkeys`
 */
import type { Break } from './break.ts';
import { breaks } from './breaks/index.ts';
import { copyProject } from './copy.ts';
import { openSuite } from './suite.ts';
import { createTrial, type Verdict } from './trial.ts';

const words: Record<Verdict['kind'], string> = {
  caught: 'caught',
  survived: 'SURVIVED',
  unfit: 'PROVES NOTHING',
};

const wanted = chosen(process.argv.slice(2));
if (wanted.length === 0) {
  say('No break has this in its name or in the path of its file; test/mutants/breaks has them all.');
  process.exit(2);
}
say(`${wanted.length} breaks; about five seconds each, after half a minute that the first one takes`);
const startedAt = performance.now();
const copy = await copyProject();
let isFine = false;
try {
  const suite = await openSuite(copy.directory);
  isFine = await allCaught(createTrial(copy, suite));
  await suite.close();
} finally {
  await copy.remove();
}
// Vitest sets the exit code for each test that fails, and here they are meant to.
process.exit(isFine ? 0 : 1);

function chosen(parts: string[]): Break[] {
  return breaks.filter(
    ({ name, file }) =>
      parts.length === 0 || parts.some((part) => name.includes(part) || file.includes(part)),
  );
}

async function allCaught(tryBreak: ReturnType<typeof createTrial>): Promise<boolean> {
  const missed: string[] = [];
  for (const planted of wanted) {
    const begunAt = performance.now();
    const { kind, by } = await tryBreak(planted);
    const line = `${words[kind]} (${seconds(begunAt)}): ${planted.name}\n    ${planted.file}: ${by}`;
    say(line);
    if (kind !== 'caught') missed.push(line);
  }
  say(`${wanted.length} breaks, ${wanted.length - missed.length} caught (${seconds(startedAt)})`);
  missed.forEach(say);
  return missed.length === 0;
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
