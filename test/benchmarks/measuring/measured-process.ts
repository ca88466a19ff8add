/**
 * A server as a process of its own, that tells what it has used. Knows how one is started, asked and ended, and nothing
 * of what it serves.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { root } from '../../support/built.ts';
import { freePort } from '../../support/free-port.ts';
import type { Usage } from '../processes/accounting.ts';
import { compiled } from './compiled.ts';

const { accounting } = await compiled('accounting');

/** Milliseconds until a start has failed, and between two looks at whether it has come to its end. */
const patience = 30_000;
const interval = 3;

// Also a benchmark that is interrupted removes what it has made, which happens at its exit.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

export type Program = {
  /** What node is to run. */
  script: string;
  env: Record<string, string>;
  /** Where its first page is. */
  firstPage: string;
};

export type MeasuredProcess = {
  /** Where it listens. */
  url: string;
  port: number;
  /** Milliseconds from its start to the first page that it has answered. */
  startedIn: number;
  usage(): Promise<Usage>;
  stop(): Promise<void>;
};

/**
 * @param port where it listens; a free one when left out
 * @throws {Error} with what it has printed, when it ends or does not answer
 */
export async function startMeasured(
  { script, env, firstPage }: Program,
  port?: number,
): Promise<MeasuredProcess> {
  port ??= await freePort();
  const url = `http://127.0.0.1:${port}`;
  const startedAt = performance.now();
  const child = spawn(process.execPath, ['--import', accounting, script], {
    cwd: root,
    // Nothing of the developer's: a setting of theirs would be measured as well.
    env: { PATH: process.env.PATH, NODE_ENV: 'production', PORT: String(port), ...env },
    // The log is written, and nobody spends time on reading it.
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const ended = once(child, 'exit');
  const printed: string[] = [];
  child.stderr?.on('data', (chunk) => printed.push(String(chunk)));
  await firstAnswer(child, url + firstPage, () => printed.join(''));

  return {
    url,
    port,
    startedIn: performance.now() - startedAt,
    usage: async () => {
      const answer = once(child, 'message');
      child.send('usage');
      const gone = ended.then(() => {
        throw new Error(`${script} has ended:\n${printed.join('')}`);
      });
      return (await Promise.race([answer, gone]))[0];
    },
    stop: async () => {
      // Its port and its database are nobody else's: there is nothing to end gracefully.
      child.kill('SIGKILL');
      await ended;
    },
  };
}

async function firstAnswer(child: ChildProcess, page: string, output: () => string): Promise<void> {
  const end = performance.now() + patience;
  // As a proxy in front of it would ask.
  const headers = { 'X-Forwarded-Proto': 'https' };
  while (performance.now() < end && child.exitCode === null) {
    const answer = await fetch(page, { headers, redirect: 'manual' }).catch(() => null);
    await answer?.arrayBuffer();
    if (answer?.status === 200) return;
    await pause(interval);
  }
  child.kill('SIGKILL');
  throw new Error(`${page} was not answered:\n${output()}`);
}
