/** A second process that commits to the SQLite file of the first, while a load is measured. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { compiled } from '../measuring/compiled.ts';

export type Committing = { begin(): Promise<void>; end(): Promise<void>; stop(): void };

export async function createCommitting(databaseUrl: string): Promise<Committing> {
  const { committing } = await compiled('committing');
  const child = fork(committing, { env: { DATABASE_URL: databaseUrl }, execArgv: [] });
  return {
    begin: () => tell(child, true),
    end: () => tell(child, false),
    stop: () => child.disconnect(),
  };
}

async function tell(child: ChildProcess, isToCommit: boolean): Promise<void> {
  const heard = once(child, 'message');
  child.send(isToCommit);
  await heard;
}
