import { expect, it } from 'vitest';
import type { Entry } from '../../accounts/activity-store.ts';
import { activityFile } from './activity-page.ts';

const entry: Entry = {
  id: 'x',
  event: 'sign_in',
  at: new Date(0),
  method: null,
  device: null,
  address: null,
  detail: null,
  times: 1,
  lastAt: new Date(0),
};

it('a file that cannot be read to its end breaks off with the fault, and is not taken for the whole', async () => {
  async function* broken() {
    yield [entry];
    throw new Error('the database is away');
  }
  const read = async () => {
    for await (const _ of activityFile(broken()));
  };
  await expect(read()).rejects.toThrow('the database is away');
});

it('a file that nobody reads any more is read no further', async () => {
  let isOver = false;
  async function* endless() {
    try {
      for (;;) yield [entry];
    } finally {
      isOver = true;
    }
  }
  for await (const _ of activityFile(endless())) break;
  await new Promise((resolve) => setImmediate(resolve));
  expect(isOver).toBe(true);
});
