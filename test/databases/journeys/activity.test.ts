/** What has happened to an account, for its owner to read and to take along. */
import { parse } from 'csv-parse/sync';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { paths } from '../../../src/web/paths.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { createVisitor, type Visitor } from '../../support/visitor.ts';

const other = { email: 'grace@example.com', password: 'nanoseconds-of-wire-1906' };
let running: TestApp;
let visitor: Visitor;
beforeAll(async () => {
  running = await startApp({ env: { TRUST_PROXY: '127.0.0.1' } });
  await running.app.accounts.create(other.email, other.password);
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
    expect(text).toContain('Passkey renamed: My &lt;b&gt;laptop&lt;/b&gt;');
    expect(text).toMatch(/<time datetime="20\d\d-[^"]+Z">\d+ \w+ 20\d\d, \d\d:\d\d UTC<\/time>/);
    expect(text).toContain('Each entry is kept for 90 days.');
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

  it('is kept for 90 days', async () => {
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
    expect((await visitor.get(paths.activityFile)).text).toBe('\ufefftime,what,device,network\r\n');
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
    expect(await rows()).toEqual([
      {
        time: expect.stringMatching(/^20\d\d-\d\d-\d\dT[\d:.]{12}Z$/),
        what: 'Signed in with your password',
        device: 'Unknown device',
        network: '203.0.113.0',
      },
    ]);
  });

  it('has what people wrote as they wrote it, also commas, quotes and line ends (RFC 4180)', async () => {
    const detail = 'a "b", c\r\nd';
    await running.database.db('activity').update({ event: 'passkey_renamed', detail });
    expect((await rows()).map(({ what }) => what)).toEqual([`Passkey renamed: ${detail}`]);
  });

  it.each(['=1+1', '+1', '-1', '@A1', '\tA1', '\rA1', '＝1+1', '=cmd|"/c calc"!A1'])(
    '[ASVS 1.2.10] has %j as text and not as a formula, whatever column it stands in',
    async (text) => {
      await running.database.db('activity').update({ device: text, address: text, detail: text });
      const [row] = await rows();
      expect([row?.device, row?.network]).toEqual([`'${text}`, `'${text}`]);
      for (const cell of Object.values(row ?? {})) expect(cell).not.toMatch(/^[=+\-@\t\r＝]/);
    },
  );

  it('is whole, where the page has the newest part', async () => {
    const { db } = running.database;
    const [entry] = await db('activity').select();
    const older = Array.from({ length: 1_205 }, (_, index) => ({
      ...entry,
      id: `entry ${index}`,
      at: new Date(Date.parse(entry.at) - (index + 1) * 1_000).toISOString(),
    }));
    await db.batchInsert('activity', older, 50);
    const { text } = await visitor.get(paths.activity);
    expect(text.match(/<strong>/g)).toHaveLength(200);
    expect(text).toContain('There are 1006 older ones. The file has them all.');
    expect((await rows()).map(({ time }) => time)).toEqual([entry, ...older].map(({ at }) => at));
    const everything = JSON.parse((await visitor.postForm(paths.exportData)).text);
    expect(everything.activity).toHaveLength(1_206);
  });
});
