/**
 * Whoever reads the log goes away, stops reading, or has no room: requests are answered, and the process ends well. Beside
 * each other, since an end waits for readers.
 */
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, openSync, readSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { paths } from '../../src/paths.ts';
import { built, root } from '../support/built.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { endProcesses, type ServerProcess, startServerProcess } from '../support/process.ts';

let database: TestDatabase;
let directory: string;
beforeAll(async () => {
  database = await createTestDatabase();
  directory = await mkdtemp(path.join(tmpdir(), 'latchkey-test-'));
});
afterAll(async () => {
  await endProcesses();
  await database.drop();
  await rm(directory, { recursive: true });
});

/** Bytes that a pipe of Linux holds. */
const pipeSize = 65_536;
/** Bytes that are left in it when a server gets it. */
const room = 4_096;
/** Requests whose lines are more than that. */
const requests = 40;

const { O_RDONLY, O_NONBLOCK, O_WRONLY } = constants;

/** A pipe that has a name, so that it can have another reader; its writer is for a child, which then has one of its own. */
function createPipe(name: string) {
  const file = path.join(directory, name);
  execFileSync('mkfifo', [file]);
  let reader = openSync(file, O_RDONLY | O_NONBLOCK);
  const writer = openSync(file, O_WRONLY);
  writeSync(writer, '\n'.repeat(pipeSize - room));
  const chunk = Buffer.alloc(1_000_000);
  return {
    writer,
    /** Ends the writer that was for the child. */
    handedOver: () => closeSync(writer),
    /** Until nobody can write more. */
    fill: () => {
      const other = openSync(file, O_WRONLY | O_NONBLOCK);
      try {
        for (;;) writeSync(other, '\n'.repeat(room));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      } finally {
        closeSync(other);
      }
    },
    leave: () => closeSync(reader),
    comeBack: () => {
      reader = openSync(file, O_RDONLY | O_NONBLOCK);
    },
    /** What has been written and not been read. */
    read: (): string => {
      try {
        return chunk.toString('utf8', 0, readSync(reader, chunk));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return '';
        throw error;
      }
    },
  };
}

async function start(stdout: number | 'pipe', stderr: number | 'pipe' = stdout): Promise<ServerProcess> {
  const running = await startServerProcess({
    databaseUrl: database.url,
    stdio: ['ignore', stdout, stderr],
  });
  await running.ready();
  return running;
}

async function ask({ server }: ServerProcess): Promise<number> {
  const answer = await fetch(server + paths.login, { signal: AbortSignal.timeout(10_000) });
  await answer.arrayBuffer();
  return answer.status;
}

async function expectGoodEnd(running: ServerProcess): Promise<void> {
  running.signal('SIGTERM');
  expect(await running.ended).toEqual({ code: 0, signal: null });
}

describe.concurrent('a server whose log', { timeout: 60_000 }, () => {
  it('is not read for long answers, gives the lines when they are read again, by whomever, and ends well where it stays full', async () => {
    const pipe = createPipe('log');
    const running = await start(pipe.writer);
    pipe.handedOver();
    for (let request = 0; request < requests; request++) expect(await ask(running)).toBe(200);

    let log = '';
    await vi.waitFor(() => {
      log += pipe.read();
      expect(log.match(/"route":"\/login"/g)).toHaveLength(requests);
    });
    for (const line of log.split('\n').filter((each) => each.includes('/login'))) JSON.parse(line);

    expect(log.length).toBeGreaterThan(pipeSize);

    pipe.leave();
    for (let requests = 0; requests < 5; requests++) expect(await ask(running)).toBe(200);
    pipe.comeBack();
    await vi.waitFor(async () => {
      await ask(running);
      expect(pipe.read()).toContain('"route":"/login"');
    });
    pipe.fill();
    for (let requests = 0; requests < 5; requests++) expect(await ask(running)).toBe(200);
    await expectGoodEnd(running);
    pipe.leave();
  });

  it('finds no room on its disk answers, and ends well', async () => {
    const full = openSync('/dev/full', O_WRONLY);
    const running = await start(full);
    closeSync(full);
    for (let requests = 0; requests < 5; requests++) expect(await ask(running)).toBe(200);
    await expectGoodEnd(running);
  });
});

describe.concurrent('a chore', () => {
  const shell = async (command: string) => {
    const child = spawn('bash', ['--norc', '-c', `set -o pipefail; ${command}`, 'bash', built('chores.js')], {
      cwd: root,
      env: { PATH: process.env.PATH, NODE_ENV: 'test', DATABASE_URL: database.url },
    });
    const code = new Promise((resolve) => child.once('close', resolve));
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: await code, out, err };
  };

  it('that is read no further ends quietly', async () => {
    expect(await shell('node "$1" db:status | true')).toEqual({ code: 0, out: '', err: '' });
  });

  it('whose answer finds no room says so', async () => {
    expect(await shell('node "$1" db:status > /dev/full')).toEqual({
      code: 1,
      out: '',
      err: expect.stringMatching(/^Not all of the answer could be printed: ENOSPC.*\n$/),
    });
  });
});
