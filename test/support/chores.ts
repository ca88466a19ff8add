/** The chores called as the command calls them, in this process, with streams and settings of their own. */
import { Readable, Writable } from 'node:stream';
import { expect, inject } from 'vitest';
import { chores } from '../../src/tasks/chores.ts';
import { undocumented } from './doctor-table.ts';

export type Done<Code = number> = { code: Code; out: string; err: string };
export type ChoreOptions = {
  databaseUrl: string;
  /** What is typed, or piped in. */
  input?: string;
  /** Settings beside the database and SECRET_KEYS, which are those of the template. */
  env?: Record<string, string>;
};

/** Does `npm run chores -- ARGS`. @returns the exit code and what was printed */
export async function runChore(args: string[], { databaseUrl, env, input }: ChoreOptions): Promise<Done> {
  const [stdout, stderr] = [collector(), collector()];
  const streams = { stdin: Readable.from(input ?? ''), stdout, stderr };
  const settings = { NODE_ENV: 'test', DATABASE_URL: databaseUrl, SECRET_KEYS: inject('secretKey'), ...env };
  const code = await chores(args, streams, settings);
  const printed = { out: stdout.text(), err: stderr.text() };
  // Whatever a test makes it say must be what operators can look up.
  if (args[0] === 'doctor') expect(undocumented(printed)).toEqual([]);
  return { code, ...printed };
}

function collector() {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      chunks.push(String(chunk));
      done();
    },
  });
  return Object.assign(stream, { text: () => chunks.join('') });
}
