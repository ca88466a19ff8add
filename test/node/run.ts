/**
 * Runs the suite on another release of Node, which the npm package `node` brings: `npm run test:node -- 22`. What follows
 * is for vitest. In a copy of the project with packages of its own, since native ones are built for the Node that
 * installs them.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { projectFiles } from '../mutants/copy.ts';

const root = path.resolve(import.meta.dirname, '../..');
const [wanted = '', ...rest] = process.argv.slice(2);
if (!/^\d+(\.\d+){0,2}$/.test(wanted)) {
  say('Usage: npm run test:node -- VERSION [what vitest takes], such as: npm run test:node -- 24');
  process.exit(2);
}

const find = ['--yes', '--package', `node@${wanted}`, '--', 'node', '-p', 'process.execPath'];
const fetched = execFileSync('npx', find, { encoding: 'utf8' }).trim();
const release = execFileSync(fetched, ['--version'], { encoding: 'utf8' }).trim();
const place = path.join(tmpdir(), `latchkey-node-${release}`);
/** A copy that every user may run: some tests start processes of another one, who may not look into this one's home. */
const programs = path.join(place, 'node_modules/.node');
/** Npm, npx and vitest are scripts: they run on the `node` that is found first. */
const env = { ...process.env, PATH: `${programs}:${process.env.PATH}` };
/** What was installed here last: again only when that changes. */
const stamp = path.join(place, 'node_modules/.installed');

say(`Copying the project into ${place}`);
mkdirSync(place, { recursive: true });
for (const name of readdirSync(place)) {
  if (name !== 'node_modules') rmSync(path.join(place, name), { recursive: true });
}
for (const file of projectFiles()) {
  const to = path.join(place, file);
  mkdirSync(path.dirname(to), { recursive: true });
  copyFileSync(path.join(root, file), to);
}
const lock = readFileSync(path.join(place, 'package-lock.json'), 'utf8');
provideNode();
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
  say('Installing the packages, which may compile for minutes');
  run('npm', ['ci', '--no-audit', '--no-fund']);
  // What was in node_modules is gone.
  provideNode();
  writeFileSync(stamp, lock);
}
say(`Building, and testing on Node ${release}`);
run('npm', ['run', '--silent', 'build']);
run('npx', ['vitest', 'run', ...rest]);

function provideNode(): void {
  mkdirSync(programs, { recursive: true });
  copyFileSync(fetched, path.join(programs, 'node'));
}

/** Ends with the code of what fails. */
function run(command: string, args: string[]): void {
  const { status } = spawnSync(command, args, { cwd: place, env, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

function say(sentence: string): void {
  process.stdout.write(`${sentence}\n`);
}
