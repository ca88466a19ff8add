/** A file of SQLite that takes no writes or is damaged while it is open: 503 and the reason in the log, then business as usual. */
import { rename } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createProbe } from '../../../src/db/probe.ts';
import { paths } from '../../../src/paths.ts';
import { withoutTable } from '../../support/answers.ts';
import { person, startApp, type TestApp } from '../../support/app.ts';
import { createVisitor } from '../../support/visitor.ts';

const isPostgres = process.env.TEST_DATABASE === 'postgres';
let running: TestApp;
beforeEach(async () => {
  running = await startApp();
});
afterEach(async () => {
  vi.useRealTimers();
  await running.close();
});

const raw = (statement: string) => running.database.db.raw(statement);

it('readiness tells of a trouble once, and of its end', async () => {
  const told: unknown[] = [];
  const probe = createProbe(running.database.db, (trouble) => told.push(trouble), 0);
  expect([await probe(), await probe(), told]).toEqual([true, true, []]);
  await withoutTable(running, 'rate_limits', async () =>
    expect([await probe(), await probe(), told.length]).toEqual([false, false, 1]),
  );
  expect([await probe(), told]).toEqual([true, [expect.any(Error), null]]);
});

(isPostgres ? null : describe)?.('an open file of SQLite', () => {
  it.each<[what: string, begin: string, end: string, code: string]>([
    ['has no room', 'PRAGMA max_page_count = 1', 'PRAGMA max_page_count = 1073741823', 'SQLITE_FULL'],
    ['is read-only', 'PRAGMA query_only = ON', 'PRAGMA query_only = OFF', 'SQLITE_READONLY'],
  ])('that %s is answered for with 503, and used again afterwards', async (_, begin, end, code) => {
    const visitor = createVisitor(running);
    await raw(begin);
    // Something that needs more room than there is, whatever is free.
    if (code === 'SQLITE_FULL') await fill();
    const { status, headers, text } = await visitor.signIn();
    expect([status, headers['set-cookie']]).toEqual([503, undefined]);
    expect(text).not.toMatch(/sqlite|\n\s+at /i);
    expect(running.log.find((line) => line.includes('"unavailable"'))).toContain(code);
    await raw(end);
    expect((await visitor.signIn()).headers.location).toBe(paths.dashboard);
  });

  it('that is gone is told once, however often readiness is asked, and once more when it is back', async () => {
    const file = running.database.url.slice('sqlite:'.length);
    vi.useFakeTimers({ toFake: ['Date'] });
    const asked = async () => {
      vi.setSystemTime(Date.now() + 2_000);
      return (await fetch(`${running.url}${paths.readiness}`)).status;
    };
    const told = () => running.log.filter((line) => !line.includes('"msg":"request"'));
    expect(await asked()).toBe(200);
    const before = told().length;
    await rename(file, `${file}.away`);
    expect([await asked(), await asked(), await asked()]).toEqual([503, 503, 503]);
    expect(told().slice(before)).toEqual([
      expect.stringContaining('"not ready: the database cannot be used"'),
    ]);
    await rename(`${file}.away`, file);
    expect([await asked(), await asked()]).toEqual([200, 200]);
    expect(told().slice(before + 1)).toEqual([
      expect.stringContaining('ready: the database can be used again'),
    ]);
  });

  it('that is damaged is answered for with 503', async () => {
    await raw('PRAGMA writable_schema = ON');
    await raw("UPDATE sqlite_schema SET rootpage = 9999 WHERE name = 'sessions'");
    await raw('PRAGMA writable_schema = RESET');
    const { status, text } = await createVisitor(running).signIn(person);
    expect(status).toBe(503);
    expect(text).not.toMatch(/sqlite|malformed/i);
    expect(running.log.find((line) => line.includes('"unavailable"'))).toContain('SQLITE_CORRUPT');
  });
});

/** Takes what is free inside of the file, in large pieces and in small ones. */
async function fill(): Promise<void> {
  for (const length of [3_000, 300, 30, 3])
    for (let n = 0, full = false; !full; n++) {
      const row = { key: `${n} ${'x'.repeat(length)}`, points: 0, expire: 1 };
      const inserting = running.database.db('rate_limits').insert(row);
      full = await inserting.then(
        () => false,
        () => true,
      );
    }
}
