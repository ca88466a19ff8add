/** A start while the database is away: the process waits for it, and serves what needs none. */
import { afterEach, describe, expect, it } from 'vitest';
import { paths } from '../../../src/paths.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';
import { createOutage } from '../../support/database-outage.ts';
import { endProcesses, startServerProcess } from '../../support/process.ts';

let database: TestDatabase;
afterEach(async () => {
  await endProcesses();
  await database.drop();
});

describe('a process that starts while the database is away', { timeout: 60_000 }, () => {
  it('stays, says that it is not ready, and becomes ready by itself', async () => {
    database = await createTestDatabase(false);
    const outage = await createOutage(database);
    await outage.begin();
    const running = await startServerProcess({ databaseUrl: outage.url });
    await running.answers();
    const readiness = await fetch(running.server + paths.readiness);
    expect([readiness.status, await readiness.json()]).toEqual([
      503,
      { status: 'not ready', database: 'unavailable', passkeys: expect.any(String) },
    ]);
    expect((await fetch(running.server + paths.login)).status).toBe(200);
    await outage.end();
    await running.ready();
    expect(running.output()).toContain('Demo account:');
  });
});
