/** What has happened to an account, for its owner to read and to take along. */
import { parse } from 'csv-parse/sync';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.ts';
import { paths } from '../../src/paths.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { withLimits } from '../support/lowered-limits.ts';
import { createVisitor, type Visitor } from '../support/visitor.ts';

const other = { email: 'grace@example.com', password: 'nanoseconds-of-wire-1906' };
let running: TestApp;
let visitor: Visitor;
beforeAll(async () => {
  running = await startApp({ env: { TRUST_PROXY: '127.0.0.1' } });
  await running.createAccount(other.email, other.password);
  return () => running.close();
});
beforeEach(async () => {
  await running.database.db('activity').delete();
  visitor = createVisitor(running);
  await visitor.signIn().set('X-Forwarded-For', '203.0.113.77');
});

/** The file, as a program reads it. */
async function rows(by = visitor): Promise<Record<string, string>[]> {
  return parse((await by.get(paths.activityFile)).text, { columns: true, bom: true });
}

describe('the activity of an account', () => {
  it('tells what has happened to it, newest first, when and where, without the last part of an address', async () => {
    const { body } = await visitor.createPasskey();
    await visitor.postForm(paths.renamePasskey(body.passkey.id), { name: 'My <b>laptop</b>' });
    await visitor.postForm(paths.deletePasskey(body.passkey.id));
    const { text } = await visitor.get(paths.activity);
    const told = ['Passkey deleted', 'Passkey renamed', 'Passkey added', 'Signed in with your password'];
    const places = told.map((words) => text.indexOf(words));
    expect(places.every((place, index) => place > (places[index - 1] ?? 0))).toBe(true);
    expect(text).toContain('Unknown device · network 203.0.113.0');
    expect(text).not.toContain('203.0.113.77');
    expect(text).toContain('Passkey renamed: <bdi>My &lt;b&gt;laptop&lt;/b&gt;</bdi>');
    expect(text).toMatch(/<time datetime="20\d\d-[^"]+Z">\d+ \w+ 20\d\d, \d\d:\d\d UTC<\/time>/);
    expect(text).toContain('for the last 90 days');
  });

  it('[ASVS 8.2.2] is told to its owner alone', async () => {
    const stranger = createVisitor(running);
    await stranger.signIn(other);
    expect([(await rows()).length, (await rows(stranger)).length]).toEqual([1, 1]);
    for (const path of [paths.activity, paths.activityFile]) {
      const guest = await createVisitor(running).get(path);
      expect([guest.status, guest.text]).toEqual([303, '']);
    }
  });

  it('[ASVS 14.2.7] is kept for 90 days', async () => {
    const { db } = running.database;
    const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000).toISOString();
    const [entry] = await db('activity').select();
    await db('activity').insert({ ...entry, id: 'older', at: daysAgo(91) });
    await db('activity').insert({ ...entry, id: 'old', at: daysAgo(89) });
    await running.app.sweep();
    expect((await db('activity').pluck('id')).sort()).toEqual([entry.id, 'old'].sort());
  });

  it('says so when there is none', async () => {
    await running.database.db('activity').delete();
    const { text } = await visitor.get(paths.activity);
    expect(text).toContain('Nothing yet.');
    expect(text).not.toContain(paths.activityFile);
    expect((await visitor.get(paths.activityFile)).text).toBe(
      '\ufefftime,what,device,network,times,last_time\r\n',
    );
  });
});

describe('the file of it', () => {
  it('is a table that is saved and not shown, and kept by no cache', async () => {
    const { headers, text } = await visitor.get(paths.activityFile);
    expect(headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="latchkey-activity.csv"',
      'cache-control': 'no-store',
    });
    expect(text.split('\r\n')).toHaveLength(3);
    const time = expect.stringMatching(/^20\d\d-\d\d-\d\dT[\d:.]{12}Z$/);
    expect(await rows()).toEqual([
      {
        time,
        what: 'Signed in with your password',
        device: 'Unknown device',
        network: '203.0.113.0',
        times: '1',
        last_time: time,
      },
    ]);
  });

  it('has what people wrote as they wrote it, also commas, quotes and line ends (RFC 4180)', async () => {
    const detail = 'a "b", c\r\nd';
    await running.database.db('activity').update({ event: 'passkey_renamed', detail });
    expect((await rows()).map(({ what }) => what)).toEqual([`Passkey renamed: ${detail}`]);
  });

  it('[ASVS 1.2.10] has text as text and not as a formula, whatever column it stands in', async () => {
    const texts = ['=1+1', '+1', '-1', '@A1', '\tA1', '\rA1', '＝1+1', '=cmd|"/c calc"!A1'];
    const [entry] = await running.database.db('activity').select();
    await running.database.db('activity').delete();
    await running.database
      .db('activity')
      .insert(texts.map((text) => ({ ...entry, id: text, device: text, address: text, detail: text })));
    const written = await rows();
    expect(written.map(({ device }) => device).sort()).toEqual(texts.map((text) => `'${text}`).sort());
    for (const row of written) {
      expect(row.network).toBe(row.device);
      for (const cell of Object.values(row)) expect(cell, row.device).not.toMatch(/^[=+\-@\t\r＝]/);
    }
  });

  it('is whole, where the page has the newest part, and comes as it is read', async () => {
    // Three batches of what is read at once, which the page does not show all of.
    withLimits({ entriesRead: 40 });
    const older = await fill(95);
    const file = await visitor.get(paths.activityFile);
    expect(file.headers['content-length']).toBeUndefined();
    expect((await rows()).map(({ time }) => time)).toEqual(older.map(({ at }) => at));
    const everything = JSON.parse((await visitor.postForm(paths.exportData)).text);
    expect(everything.activity.map(({ at }: { at: string }) => at)).toEqual(older.map(({ at }) => at));
  });
});

/** So many older entries beside the one that is there. @returns all of them, newest first */
async function fill(count: number): Promise<{ at: string; detail: string }[]> {
  const { db } = running.database;
  // The first that happened: whoever else has come in since has another.
  const [entry] = await db('activity').orderBy('at').select();
  const older = Array.from({ length: count }, (_, index) => ({
    ...entry,
    id: `entry ${index}`,
    event: 'passkey_renamed',
    detail: `No. ${index}`,
    at: new Date(Date.parse(entry.at) - (index + 1) * 1_000).toISOString(),
  }));
  await db.batchInsert('activity', older, 50);
  return [entry, ...older];
}

describe('the pages of it', () => {
  const size = limits.entriesOnPage;
  const shown = (text: string) => [...text.matchAll(/<strong>(.+)<\/strong>/g)].map(([, what]) => what);
  const links = (text: string) =>
    Object.fromEntries(
      [...text.matchAll(/<a class="button second" href="([^"]+)"[^>]*>(\w+)<\/a>/g)].map(
        ([, href = '', name]) => [name, href.replaceAll('&amp;', '&')],
      ),
    );

  it('lead to what is older and back, by links', async () => {
    const told = (await fill(2 * size + 5)).map(({ detail }) =>
      detail === null ? 'Signed in with your password' : `Passkey renamed: <bdi>${detail}</bdi>`,
    );
    const first = (await visitor.get(paths.activity)).text;
    expect(Object.keys(links(first))).toEqual(['Older']);
    const second = (await visitor.get(links(first).Older ?? '')).text;
    const third = (await visitor.get(links(second).Older ?? '')).text;
    expect([first, second, third].flatMap(shown)).toEqual(told);
    expect(Object.keys(links(third))).toEqual(['Newest', 'Newer']);
    const back = (await visitor.get(links(third).Newer ?? '')).text;
    expect(shown(back)).toEqual(shown(second));
    expect(shown((await visitor.get(links(back).Newer ?? '')).text)).toEqual(shown(first));
    expect(shown((await visitor.get(links(back).Newest ?? '')).text)).toEqual(shown(first));
  });

  it('show the newest entries for a place that is none', async () => {
    for (const query of [
      '?before=2026-13-26T10%3A00%3A00.000Z_x',
      '?after=%00',
      '?before=a&before=b',
      '?after=9999-01-01T00%3A00%3A00.000Z_x',
    ]) {
      const { status, text } = await visitor.get(paths.activity + query);
      expect([status, shown(text)], query).toEqual([200, ['Signed in with your password']]);
    }
  });

  it('show nothing of others, whose entry the link may name', async () => {
    const stranger = createVisitor(running);
    await stranger.signIn(other);
    await fill(size);
    const { Older = '' } = links((await visitor.get(paths.activity)).text);
    const theirs = shown((await stranger.get(Older)).text);
    expect(theirs.filter((words) => words !== 'Signed in with your password')).toEqual([]);
    expect(await rows(stranger)).toHaveLength(1);
  });

  it('say how often something has happened that has happened again', async () => {
    await createVisitor(running).signIn().set('X-Forwarded-For', '203.0.113.88');
    const { text } = await visitor.get(paths.activity);
    expect(shown(text)).toEqual(['Signed in with your password']);
    expect(text).toMatch(/2 times, last on \d+ \w+ 20\d\d, \d\d:\d\d UTC/);
    const [row] = await rows();
    expect(row?.times).toBe('2');
    expect(Date.parse(row?.last_time ?? '')).toBeGreaterThan(Date.parse(row?.time ?? ''));
  });
});
