/**
 * A start that cannot go on with its database, and a file that goes away under a running process: beside each other, since
 * the one waits a second for its next try.
 */
import { copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { demo } from '../../src/accounts/demo-account.ts';
import { paths } from '../../src/paths.ts';
import { answering, refusing } from '../support/answering-server.ts';
import { endProcesses, startServerProcess } from '../support/process.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'latchkey-test-'));
});
afterAll(async () => {
  await endProcesses();
  await rm(directory, { recursive: true });
});

describe.concurrent('a server that refuses', { timeout: 60_000 }, () => {
  it('ends a start that waited for it, as soon as waiting cannot mend it', async () => {
    let answer = refusing('57P03', 'the database system is starting up');
    const server = await answering(() => answer);
    const running = await startServerProcess({ databaseUrl: server.url });
    await running.answers();
    expect((await fetch(running.server + paths.readiness)).status).toBe(503);
    answer = refusing('08P01', 'unsupported startup parameter: jit');
    expect(await running.ended).toEqual({ code: 1, signal: null });
    expect(running.output()).toMatch(/^The database cannot be used: the pooler .*\(jit\).*DATABASE_URL\.$/m);
    expect(running.output()).not.toMatch(/^ +at /m);
    await server.close();
  });
});

describe.concurrent('a running server whose database file', { timeout: 60_000 }, () => {
  it('is deleted, moved or replaced says so and serves nothing from it, until it is back', async () => {
    const file = path.join(directory, 'data', 'latchkey.sqlite');
    await mkdir(path.dirname(file));
    await copyFile(inject('sqliteTemplate'), file);
    const running = await startServerProcess({ databaseUrl: `sqlite:${file}` });
    await running.ready();
    const readiness = async () => (await fetch(running.server + paths.readiness)).status;
    const becomes = (status: number) =>
      vi.waitFor(async () => expect(await readiness()).toBe(status), { timeout: 5_000, interval: 50 });
    const signIn = async () => {
      const body = new URLSearchParams(demo);
      const headers = { Origin: running.origin, 'Sec-Fetch-Site': 'same-origin' };
      const answer = await fetch(running.server + paths.login, {
        method: 'POST',
        headers,
        body,
        redirect: 'manual',
      });
      return { status: answer.status, cookie: answer.headers.get('set-cookie'), text: await answer.text() };
    };
    expect((await signIn()).status).toBe(303);

    const accidents: [how: string, happen: () => Promise<void>, undo: () => Promise<void>][] = [
      ['is gone', () => rename(file, `${file}.away`), () => rename(`${file}.away`, file)],
      [
        'is gone',
        () => rename(path.dirname(file), `${directory}/away`),
        () => rename(`${directory}/away`, path.dirname(file)),
      ],
      [
        'is not the file that was opened',
        async () => {
          await rename(file, `${file}.away`);
          await copyFile(inject('sqliteTemplate'), file);
        },
        () => rename(`${file}.away`, file),
      ],
      ['was removed', () => rename(`${file}-wal`, `${file}.log`), () => rename(`${file}.log`, `${file}-wal`)],
    ];
    for (const [how, happen, undo] of accidents) {
      await happen();
      const { status, cookie, text } = await signIn();
      expect([how, status, cookie]).toEqual([how, 503, null]);
      expect(text).not.toMatch(/sqlite| {4}at /i);
      const told = running
        .output()
        .split('\n')
        .filter((line) => line.includes('"unavailable"'));
      expect(told.at(-1)).toMatch(new RegExp(how));
      await undo();
      expect((await signIn()).status).toBe(303);
    }
    await rm(file);
    expect((await signIn()).status).toBe(503);
    await becomes(503);
    expect(running.output()).toMatch(/is gone: .*"msg":"not ready: the database cannot be used"/);
    expect(running.isRunning()).toBe(true);
    expect(running.output()).not.toMatch(/"level":"fatal"|^ +at /m);
    running.signal('SIGTERM');
    expect(await running.ended).toEqual({ code: 0, signal: null });
  });
});
