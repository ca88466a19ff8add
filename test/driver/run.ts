/**
 * Runs the stores on better-sqlite3, the driver that would take over from sqlite3: `npm run test:driver`.
 * It is no dependency, as it may compile for a minute: it is installed where the system keeps what is temporary.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const peers = JSON.parse(readFileSync(path.join(root, 'test/benchmarks/peers/package.json'), 'utf8'));
const dependencies = { 'better-sqlite3': peers.dependencies['better-sqlite3'] };
const release = `better-sqlite3@${dependencies['better-sqlite3']}`;
const place = path.join(tmpdir(), `latchkey-${release}`);
const driver = path.join(place, 'node_modules/better-sqlite3');

if (!existsSync(path.join(driver, 'build/Release'))) {
  say(`Installing ${release} into ${place}; where it is not prebuilt it compiles for a minute.`);
  mkdirSync(place, { recursive: true });
  // Where npm asks which packages may compile, it asks here.
  const project = { private: true, dependencies, allowScripts: { 'better-sqlite3': true } };
  writeFileSync(path.join(place, 'package.json'), JSON.stringify(project));
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund'], {
    cwd: place,
    stdio: 'inherit',
  });
  if (status !== 0 || !existsSync(path.join(driver, 'build/Release'))) {
    say(`${release} could not be installed here (it needs python3, make and g++): nothing was tried on it.`);
    process.exit(1);
  }
}
say(
  `Stores and operations on ${release}, without the few tests in which two connections of one process wait for each other:`,
);
const vitest = path.join(root, 'node_modules/vitest/vitest.mjs');
const config = path.join(root, 'test/driver/vitest.config.ts');
const { status } = spawnSync(
  process.execPath,
  [vitest, 'run', '--config', config, ...process.argv.slice(2)],
  {
    cwd: root,
    env: { ...process.env, BETTER_SQLITE3: driver },
    stdio: 'inherit',
  },
);
process.exitCode = status ?? 1;

function say(sentence: string): void {
  process.stdout.write(`${sentence}\n`);
}
