/** The chores called as the command calls them, in this process, with streams and settings of their own. */
import { Readable, Writable } from 'node:stream';
import { inject } from 'vitest';
import { chores } from '../../src/tasks/chores.ts';

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
  return { code, out: stdout.text(), err: stderr.text() };
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
