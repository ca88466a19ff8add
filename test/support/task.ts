/** The chores of `npm run`, each as a process of its own. Knows how they are started, not what they do. */
import { spawn } from 'node:child_process';
import path from 'node:path';
import { text } from 'node:stream/consumers';

const root = path.resolve(import.meta.dirname, '../..');
/** Milliseconds after which a chore that hangs is ended. */
const patience = 45_000;

export type TaskResult = { code: number | null; out: string; err: string };
export type TaskOptions = {
  databaseUrl: string;
  args?: string[];
  /** What is typed, or piped in. */
  input?: string;
  env?: Record<string, string>;
};

/** Runs `src/tasks/NAME.ts` to its end. */
export async function runTask(name: string, options: TaskOptions): Promise<TaskResult> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', `src/tasks/${name}.ts`, ...(options.args ?? [])],
    {
      cwd: root,
      env: { PATH: process.env.PATH, NODE_ENV: 'test', DATABASE_URL: options.databaseUrl, ...options.env },
      stdio: 'pipe',
      timeout: patience,
    },
  );
  // A chore that ends before it has read anything is no fault of the test.
  child.stdin.on('error', () => {});
  child.stdin.end(options.input);
  const code = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, out, err };
}
