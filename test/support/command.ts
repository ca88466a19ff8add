/** The chores as an operator's shell runs them: the built command, as a process of its own. Knows not what they do. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { built, root } from './built.ts';
import type { ChoreOptions, Done } from './chores.ts';

/** Milliseconds after which a command that hangs is ended. */
const patience = 45_000;

/** Runs `node dist/chores.js ARGS` to its end. */
export async function runCommand(
  args: string[],
  { databaseUrl, env, input }: ChoreOptions,
): Promise<Done<number | null>> {
  const child = spawn(process.execPath, [built('chores.js'), ...args], {
    cwd: root,
    env: { PATH: process.env.PATH, NODE_ENV: 'test', DATABASE_URL: databaseUrl, ...env },
    stdio: 'pipe',
    timeout: patience,
  });
  // A command that ends before it has read anything is no fault of the test.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const code = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, out, err };
}
