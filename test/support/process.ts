/**
 * The server as a process of its own, for what only a process can show: kills, signals, starting together. The built
 * bundle, on a free loopback port; knows nothing of what is served.
 */
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { inject, vi } from 'vitest';
import { built, root } from './built.ts';
import { freePort } from './free-port.ts';

/** Milliseconds for a start, on a machine that is busy with other tests. */
const patience = 60_000;

type Ended = { code: number | null; signal: NodeJS.Signals | null };

export type ServerProcess = {
  /** Its address, as `createVisitor` and `fetch` take it. */
  server: string;
  origin: string;
  port: number;
  /** Everything that was printed, on both streams. */
  output(): string;
  /** Resolves when the process has ended. */
  ended: Promise<Ended>;
  isRunning(): boolean;
  signal(name: NodeJS.Signals): void;
  /** Waits until it answers. @throws with its output when it ends or takes too long */
  answers(): Promise<void>;
  /** Waits until it says that it is ready. @throws as above */
  ready(): Promise<void>;
};

export type ServerProcessOptions = {
  databaseUrl: string;
  port?: number;
  env?: Record<string, string>;
  /** Where it prints; read by {@link ServerProcess.output} when left out. */
  stdio?: StdioOptions;
};

const children = new Set<ChildProcess>();

/** Ends whatever is still running; for the end of every file that starts processes. */
export async function endProcesses(): Promise<void> {
  const closing = [...children].map((child) => new Promise((resolve) => child.once('close', resolve)));
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(closing);
}

/** Starts the server and does not wait for it. */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const port = options.port ?? (await freePort());
  const origin = 'http://localhost:3000';
  const child = spawn(process.execPath, [built('server.js')], {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'test',
      PORT: String(port),
      ORIGIN: origin,
      DATABASE_URL: options.databaseUrl,
      // The template's: a session outlives a restart, and no start has to make a signing key.
      SECRET_KEYS: inject('secretKey'),
      LOG_LEVEL: 'info',
      PASSKEYS_TENANT_ID: '',
      PASSKEYS_API_KEY: '',
      SMTP_URL: '',
      ...options.env,
    },
    stdio: options.stdio ?? ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  const server = `http://127.0.0.1:${port}`;
  const lines = collected(child);
  const ended = new Promise<Ended>((resolve) =>
    child.once('close', (code, signal) => {
      children.delete(child);
      resolve({ code, signal });
    }),
  );

  async function until(path: string, accept: (status: number) => boolean): Promise<void> {
    await vi.waitFor(
      async () => {
        if (!children.has(child)) return;
        const { status } = await fetch(server + path, { signal: AbortSignal.timeout(patience) });
        if (!accept(status)) throw new Error(`${path} answered ${status}\n${lines.join('')}`);
      },
      { timeout: patience, interval: 100 },
    );
    if (!children.has(child)) throw new Error(`it ended:\n${lines.join('')}`);
  }

  return {
    server,
    origin,
    port,
    output: () => lines.join(''),
    ended,
    isRunning: () => children.has(child),
    signal: (name) => void child.kill(name),
    answers: () => until('/healthz', (status) => status === 200),
    ready: () => until('/readyz', (status) => status === 200),
  };
}

function collected({ stdout, stderr }: ChildProcess): string[] {
  const lines: string[] = [];
  for (const stream of [stdout, stderr]) stream?.on('data', (chunk) => lines.push(String(chunk)));
  return lines;
}
