/** Debian's PostgreSQL as a process on a free loopback port, with the programs beside it that back it up and restore it. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { vi } from 'vitest';
import { sharedDirectory } from '../../support/embedded-postgres.ts';
import { freePort } from '../../support/free-port.ts';

const run = promisify(execFile);
/** It refuses to run as root. */
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** @param programs the directory of one release, such as /usr/lib/postgresql/15/bin */
export async function startDebianPostgres(programs: string) {
  const directory = await mkdtemp(`${sharedDirectory}/latchkey-postgres-`);
  if (nobody.uid) await chown(directory, nobody.uid, nobody.gid);
  const data = path.join(directory, 'data');
  const owner = { ...nobody, cwd: directory };
  await run(
    path.join(programs, 'initdb'),
    ['-D', data, '-U', 'postgres', '--auth', 'trust', '--no-sync'],
    owner,
  );
  const port = await freePort();
  const options = ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'fsync=off'];
  const server: ChildProcess = spawn(
    path.join(programs, 'postgres'),
    ['-D', data, '-p', `${port}`, ...options],
    {
      ...owner,
      stdio: 'ignore',
    },
  );
  const ended = once(server, 'exit');
  const call = (program: string, ...args: string[]) => run(path.join(programs, program), args);
  const url = (database: string) => `postgres://postgres@127.0.0.1:${port}/${database}`;
  await vi.waitFor(() => call('pg_isready', '-d', url('postgres')), { timeout: 60_000, interval: 100 });
  return {
    url,
    /** Runs one of its programs. */
    call,
    stop: async () => {
      server.kill('SIGINT');
      await ended;
      await rm(directory, { recursive: true });
    },
  };
}
