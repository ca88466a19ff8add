/**
 * PgBouncer before a PostgreSQL server, on a free loopback port, with nothing in its settings but where it finds the server,
 * who is let in, and how it pools. It refuses to run as root, so root starts it as "nobody".
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { freePort } from '../../support/free-port.ts';
import { installed } from './installed.ts';

/** Where it is; null where it is not installed. */
export const pgbouncer = installed('pgbouncer');

export type Pooler = {
  /** The database of the server's URL, through the pooler. */
  url: string;
  stop(): Promise<void>;
};

/** @throws {Error} with what it printed, when it does not start */
export async function startPgbouncer(serverUrl: string, poolMode = 'transaction'): Promise<Pooler> {
  if (!pgbouncer) throw new Error('PgBouncer is not installed: apt-get install pgbouncer');
  const directory = await mkdtemp(path.join(tmpdir(), 'latchkey-pgbouncer-'));
  const port = await freePort();
  const file = path.join(directory, 'pgbouncer.ini');
  const { username, password } = new URL(serverUrl);
  await writeFile(path.join(directory, 'users.txt'), `"${username}" "${decodeURIComponent(password)}"\n`);
  await writeFile(file, settings(directory, port, new URL(serverUrl), poolMode));
  const owner = process.getuid?.() === 0 ? nobody() : {};
  if (owner.uid) for (const each of [directory, file]) chownSync(each, owner.uid, owner.gid ?? 0);
  const child = spawn(pgbouncer, [file], { ...owner, cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] });
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  await isReady(child.stderr);
  const url = new URL(serverUrl);
  url.host = `127.0.0.1:${port}`;
  return {
    url: url.href,
    stop: async () => {
      const ended = once(child, 'exit');
      if (end()) await ended;
      process.off('exit', end);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function settings(directory: string, port: number, server: URL, poolMode: string): string {
  return [
    '[databases]',
    `* = host=${server.hostname} port=${server.port}`,
    '[pgbouncer]',
    'listen_addr = 127.0.0.1',
    `listen_port = ${port}`,
    'unix_socket_dir =',
    'auth_type = scram-sha-256',
    `auth_file = ${path.join(directory, 'users.txt')}`,
    `pool_mode = ${poolMode}`,
    '',
  ].join('\n');
}

function nobody(): { uid?: number; gid?: number } {
  const idOf = (what: '-u' | '-g') => Number(execFileSync('id', [what, 'nobody'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

async function isReady(stderr: Readable): Promise<void> {
  const printed: string[] = [];
  for await (const line of createInterface({ input: stderr })) {
    printed.push(line);
    if (!line.includes('process up')) continue;
    stderr.resume();
    return;
  }
  throw new Error(`PgBouncer did not start:\n${printed.join('\n')}`);
}
