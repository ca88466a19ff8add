/** What every chore is given and gives back. Knows none of them, and loads nothing, so that a list of them costs nothing. */
import type { Readable, Writable } from 'node:stream';
import type { Environment } from '../config-schema.ts';

/** Where a chore reads and prints; a process has all three. */
export type Streams = { stdin: Readable & { isTTY?: boolean }; stdout: Writable; stderr: Writable };

/** How somebody asked for a chore. */
export type Asked = {
  /** What followed its name, options left out. */
  given: string[];
  /** Whether --print was among them. */
  print: boolean;
  /** Whether --json was. */
  json: boolean;
  streams: Streams;
  /** The settings; those of the process and of `.env` when undefined. */
  environment: Environment | undefined;
};

export type Chore = {
  /** What follows the name. */
  takes: string[];
  does: string;
  /** The option that it knows. */
  option?: '--print' | '--json';
  /** Whether package.json has a script of this name as well. */
  script?: boolean;
  /** @returns the exit code: 0, or 1 when it was refused or something is wrong */
  run: (asked: Asked) => Promise<number>;
};

/** Prints an answer. @returns the exit code of whoever has nothing more to say */
export function say({ stdout }: Streams, text: string): number {
  stdout.write(`${text}\n`);
  return 0;
}
