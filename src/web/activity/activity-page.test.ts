import { describe, expect, it } from 'vitest';
import type { Entry } from '../../accounts/activity-store.ts';
import type { AccountEvent } from '../../event-words.ts';
import { activityFile, activityWords } from './activity-page.ts';

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

const nothing = { method: null, detail: null };

describe('what has happened', () => {
  it.each<[AccountEvent, string, string]>([
    ['passkey_registered', 'iCloud Keychain', 'Passkey added: iCloud Keychain'],
    ['passkey_renamed', 'My laptop', 'Passkey renamed: My laptop'],
    ['passkey_removed', 'My laptop', 'Passkey deleted: My laptop'],
    [
      'email_changed',
      'from a@example.com to b@example.com',
      'Email address changed: from a@example.com to b@example.com',
    ],
    ['sessions_ended', 'Firefox on Linux', 'Sessions ended: Firefox on Linux'],
  ])('says of %s what it was about', (event, detail, words) => {
    expect(activityWords({ ...nothing, event, detail })).toBe(words);
    expect(activityWords({ ...nothing, event })).toBe(words.split(':')[0]);
  });

  it.each([
    ['password', 'Signed in with your password'],
    ['passkey', 'Signed in with a passkey'],
    ['email', 'Signed in with an emailed link'],
    [null, 'Signed in'],
    ['carrier pigeon', 'Signed in'],
  ])('says how somebody signed in: %s', (method, words) => {
    expect(activityWords({ event: 'sign_in', method, detail: null })).toBe(words);
  });

  it('is called by its name where another release knew it and nobody does here', () => {
    for (const event of ['of_another_release', 'toString'])
      expect(activityWords({ ...nothing, event: event as AccountEvent })).toBe(event);
  });
});
