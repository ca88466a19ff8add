/** A backup that is made while people are served, and what it has of them when it is all that is left. */
import { expect } from 'vitest';
import { createLedger } from './ledger.ts';
import { startServerProcess } from './process.ts';

type Backup = {
  /** The database, of which the process makes what it needs. */
  databaseUrl: string;
  env?: Record<string, string>;
  /** Makes the backup, as operators do. */
  backUp(): Promise<void>;
  /** Brings it back. @returns the URL of the database that it has become */
  restore(): Promise<string>;
};

/** Whatever was confirmed to somebody before the backup began is in it; nobody is refused while it is made. */
export async function expectBackupUnderLoad({ databaseUrl, env, backUp, restore }: Backup): Promise<void> {
  const running = await startServerProcess({ databaseUrl, ...(env ? { env } : {}) });
  await running.ready();
  const [, email = '', password = ''] = /Demo account: (\S+) \/ (\S+)/.exec(running.output()) ?? [];
  const before = createLedger(running, { email, password });
  await before.open();
  await before.visit(true);
  await before.changePasskeys(true);
  await before.signInWithPasskey();

  const others = createLedger(running, { email, password });
  let served = 0;
  let isOver = false;
  const load = (async () => {
    for (; !isOver; served++) await others.visit(false);
  })();
  await backUp();
  // Before the load ends: the visit that it ends with may have been served when the backup was made.
  const servedMeanwhile = served;
  isOver = true;
  await load;
  expect(servedMeanwhile).toBeGreaterThan(0);
  running.signal('SIGTERM');
  expect(await running.ended).toEqual({ code: 0, signal: null });
  expect(running.output()).not.toMatch(/"level":"(error|fatal)"|"status":5/);

  const restored = await startServerProcess({
    databaseUrl: await restore(),
    port: running.port,
    ...(env ? { env } : {}),
  });
  await restored.ready();
  await before.expectKept();
}
