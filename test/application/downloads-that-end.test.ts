/** Downloads that are still being written when the sign-in that asked for them ends: they break off, and never pass for whole. */
import { once } from 'node:events';
import { get, type IncomingMessage, request } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { paths } from '../../src/paths.ts';
import { ageProofs } from '../support/aged-session.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { withLimits } from '../support/lowered-limits.ts';
import { signedInByPassword } from '../support/request.ts';

/** Rows of which some batches are more than a connection holds for a client that does not read. */
const [batches, size, characters] = [5, 10, 400_000];

let running: TestApp;
let headers: Record<string, string>;
beforeAll(async () => {
  running = await startApp();
});
afterAll(() => running.close());
beforeEach(async () => {
  withLimits({ entriesRead: size });
  await running.database.db('users').delete();
  await running.createAccount(person.email, person.password);
  headers = {
    cookie: await signedInByPassword(running),
    'content-type': 'application/x-www-form-urlencoded',
    'sec-fetch-site': 'same-origin',
  };
  await ageProofs(running, 0);
  const entry = await running.database.db('activity').first();
  const rows = Array.from({ length: batches * size }, (_, at) => ({
    ...entry,
    id: `${entry.id}-${at}`,
    event: 'passkey_registered',
    detail: 'x'.repeat(characters),
  }));
  await running.database.db.batchInsert('activity', rows, size);
});

async function begun(path: string): Promise<IncomingMessage> {
  const url = new URL(path, running.url);
  const sent = path === paths.exportData ? request(url, { headers, method: 'POST' }) : get(url, { headers });
  sent.end();
  const [answer] = await once(sent, 'response');
  expect(answer.statusCode).toBe(200);
  return answer;
}

const ends = {
  'the sign-in': () => running.database.db('sessions').delete(),
  'the account': () => running.database.db('users').delete(),
};

describe.each([paths.activityFile, paths.exportData])('%s', (path) => {
  it.each(Object.keys(ends) as (keyof typeof ends)[])('breaks off when %s ends meanwhile', async (what) => {
    const answer = await begun(path);
    await ends[what]();
    running.log.length = 0;
    let length = 0;
    const reading = pipeline(answer, async (parts) => {
      for await (const part of parts) length += part.length;
    });
    await expect(reading).rejects.toThrow('aborted');
    expect(length).toBeLessThan((batches - 1) * size * characters);
    const loud = running.log.map((line) => JSON.parse(line)).filter(({ level }) => level === 'error');
    expect(loud).toEqual([]);
  });
});
