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
 * Starts the app of a directory and waits until it answers.
 *
 * @param env of the API that it is to ask
 * @throws {Error} with what it printed when it ends, or does not answer within 20 s
 */
export type StartApp = (directory: string, port: number, env: Record<string, string>) => Promise<AppProcess>;

/** By `node server.js`. */
export const startApp: StartApp = async (directory, port, env) => {
  const settings = environmentOf(port, env);
  const app = beginProcess('server.js', directory, settings);
  await app.untilPrinted(settings.ORIGIN, directory);
  return { ...app, origin: settings.ORIGIN };
};

/** What an app finds in its environment. */
export function environmentOf(port: number, env: Record<string, string>) {
  return { ...env, PORT: String(port), ORIGIN: `http://localhost:${port}` };
}

/** Runs a file of a directory by Node, with a clock that can be moved. */
export function beginProcess(file: string, directory: string, env: Record<string, string>) {
  const child = spawn(process.execPath, ['--import', underTest, file], {
    cwd: directory,
    env: { PATH: process.env.PATH, ...env },
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
  return {
    output,
    stop,
    send: (message: object) => void child.send(message),
    async pass(milliseconds: number) {
      const heard = once(child, 'message');
      child.send({ pass: milliseconds });
      await heard;
    },
    /** @param what starts, for the error. @throws {Error} as {@link StartApp} */
    async untilPrinted(words: string, what: string) {
      for (const until = Date.now() + 20_000; !output().includes(words); await pause(20)) {
        const over = child.exitCode !== null || Date.now() > until;
        if (over) await stop();
        if (over) throw new Error(`${what} does not start:\n${output()}`);
      }
    },
  };
}
