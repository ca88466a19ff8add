/** Which programs this machine has; what is not there is skipped aloud. */
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** Debian's packages that these tests run, by the name of the program. */
const packages = {
  nginx: 'nginx-light',
  caddy: 'caddy',
  pgbouncer: 'pgbouncer',
  postgres: 'postgresql',
  'systemd-analyze': 'systemd',
} as const;

export type Program = keyof typeof packages;
export const programs = Object.keys(packages) as Program[];

/** @returns where it is; null where it is not, after saying what is skipped and how it gets here */
export function installed(program: Program): string | null {
  // An ordinary user's PATH leaves out where Debian puts servers.
  const searched = (process.env.PATH ?? '').split(':');
  const directories = [...postgresReleases(), ...searched, '/usr/sbin', '/usr/local/sbin'];
  const found = directories.map((directory) => path.join(directory, program)).find(isExecutable);
  if (!found) {
    const hint = `apt-get install ${packages[program]}`;
    process.stderr.write(`SKIPPED: everything with ${program}, which is not installed (${hint})\n`);
  }
  return found ?? null;
}

/** Debian keeps the server, and what belongs to its release, out of every PATH; the newest first. */
function postgresReleases(): string[] {
  const place = '/usr/lib/postgresql';
  const releases = existsSync(place) ? readdirSync(place) : [];
  return releases
    .sort((one, other) => Number(other) - Number(one))
    .map((release) => path.join(place, release, 'bin'));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
