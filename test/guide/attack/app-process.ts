/** An app of the examples as a process of its own, by the command of its step. Knows no attack. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';

const underTest = new URL('under-test.js', import.meta.url).href;

export type AppProcess = {
  origin: string;
  output(): string;
  /** Lets milliseconds pass on its clock, at once. */
  pass(milliseconds: number): Promise<void>;
  stop(): Promise<void>;
};

/**
 * Starts `node server.js` in a directory and waits until it answers.
 *
 * @param env of the API that it is to ask
 * @throws {Error} with what it printed when it ends, or does not answer within 20 s
 */
export async function startApp(
  directory: string,
  port: number,
  env: Record<string, string>,
): Promise<AppProcess> {
  const origin = `http://localhost:${port}`;
  const child = spawn(process.execPath, ['--import', underTest, 'server.js'], {
    cwd: directory,
    env: { PATH: process.env.PATH, ...env, PORT: String(port), ORIGIN: origin },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const printed: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk) => printed.push(String(chunk)));
  const ended = once(child, 'close');
  const output = () => printed.join('');
  const end = () => void child.kill();
  process.once('exit', end);
  const stop = async () => {
    process.off('exit', end);
    end();
    await ended;
  };
  for (const until = Date.now() + 20_000; !output().includes(origin); await pause(20)) {
    const over = child.exitCode !== null || Date.now() > until;
    if (over) await stop();
    if (over) throw new Error(`${directory} does not start:\n${output()}`);
  }
  return {
    origin,
    output,
    stop,
    async pass(milliseconds) {
      const heard = once(child, 'message');
      child.send(milliseconds);
      await heard;
    },
  };
}
