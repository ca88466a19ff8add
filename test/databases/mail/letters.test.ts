/** What letters say when they are delivered. That was fixed when something happened, however late they are. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { User } from '../../../src/accounts/user.ts';
import type { Letter } from '../../../src/letters/letter.ts';
import type { Requester } from '../../../src/operations/operation.ts';
import { place } from '../../support/acting.ts';
import { origin, startOperations, type TestOperations } from '../../support/operations.ts';

let running: TestOperations;
let ada: User;
let requester: Requester;
beforeAll(async () => {
  running = await startOperations();
});
afterAll(() => running.database.drop());
beforeEach(async () => {
  await running.empty();
  ada = await running.createAccount('ada@example.com');
  requester = await running.enter(ada);
});

/** The letter of this kind, or about this event, as it waits. */
async function waiting(what: string): Promise<Letter> {
  const found = (await running.letters()).find(
    (letter) => (letter.kind === 'news' ? letter.event : letter.kind) === what,
  );
  return found ?? expect.fail(`there is no letter ${what}`);
}

describe('a letter with a link', () => {
  beforeEach(() => running.operations.requestReset(ada.email, place));

  it('holds the secret of the link only when it is worded, and the same each time', async () => {
    const letter = await waiting('reset-password');
    const [first, second] = [await running.write(letter), await running.write(letter)];
    expect(second).toEqual(first);
    const url = first?.content.action?.url ?? '';
    expect(url).toMatch(/^https:\/\/app\.example\.com\/password\/reset\/[\w-]{22}$/);
    const secret = url.split('/').at(-1) ?? '';
    expect(JSON.stringify(await running.everything())).not.toContain(secret);
  });

  it('goes to whom it was written for, whatever address the account has by now', async () => {
    const letter = await waiting('reset-password');
    await running.database.db('users').update({ email: 'thief@example.net' });
    expect((await running.write(letter))?.to).toBe(ada.email);
  });

  it('is not sent when the link was revoked meanwhile, and no other is issued', async () => {
    const letter = await waiting('reset-password');
    await running.operations.changePassword(requester, 'a hash', place);
    expect(await running.write(letter)).toBeNull();
    expect(
      await running.database.db('account_tokens').where({ purpose: 'reset-password' }).select(),
    ).toHaveLength(1);
  });
});

describe('news', () => {
  beforeEach(() => running.operations.changePassword(requester, 'a hash', place));

  it('say what happened, when and where, and how to take it back', async () => {
    const letter = await waiting('password_changed');
    const written = await running.write(letter);
    expect(written).toMatchObject({
      to: ada.email,
      content: {
        subject: 'Your password was changed',
        paragraphs: ['The password of your account at app.example.com was changed.'],
        facts: [
          { name: 'When', text: expect.stringMatching(/^\d+ \w+ \d{4}, \d\d:\d\d UTC$/) },
          { name: 'Device', text: 'Chrome on macOS' },
        ],
        notMe: {
          paragraph: expect.stringContaining('7 days'),
          action: {
            text: 'This wasn’t me',
            url: expect.stringMatching(/^https:\/\/app\.example\.com\/account\/lockdown\/[\w-]{22}$/),
          },
        },
      },
    });
  });

  it('lose their button, and the promise of it, when it would not work any more', async () => {
    const letter = await waiting('password_changed');
    await running.operations.secureAccount(await running.secretOf(letter), place);
    const written = await running.write(letter);
    expect(written?.content.subject).toBe('Your password was changed');
    expect(written?.content).not.toHaveProperty('notMe');
    expect(JSON.stringify(written?.content)).not.toMatch(/7 days|link/);
  });

  it('say until when they bring back an address that the account has had for less than seven days', async () => {
    const promised = async () =>
      JSON.stringify((await running.write(await waiting('password_changed')))?.content);
    expect(await promised()).toContain('It works for 7 days.');
    expect(await promised()).not.toContain('only while the account has this address');
    await running.operations.requestEmailChange(requester, 'countess@example.org', place);
    const secret = await running.newestSecret('change-email');
    await running.operations.confirmEmailChange(secret, requester, place);
    await running.database.db('outbox').delete();
    await running.operations.changePassword(requester, 'another hash', place);
    expect(await promised()).toMatch(
      /After \d+ \w+ \d{4}, [^.]+ it works only while the account has this address\./,
    );
  });

  it('are the same when they are late: nothing newer is in them', async () => {
    const letter = await waiting('password_changed');
    const inTime = await running.write(letter);
    await running.database.db('users').update({ email: 'thief@example.net', epoch: 9 });
    expect(await running.write(letter)).toEqual(inTime);
  });
});

describe('nothing is sent', () => {
  it.each<[string, unknown]>([
    ['to an address that has no account', { kind: 'nobody', to: 'nobody@example.com' }],
    ['of a kind that nobody knows', { kind: 'forgotten-password', email: 'ada@example.com' }],
    [
      'about an event that nobody knows',
      {
        kind: 'news',
        to: 'a@example.com',
        event: 'of_the_future',
        detail: null,
        at: '',
        device: null,
        link: null,
      },
    ],
    ['without an address', { kind: 'account-deleted' }],
    ['of no shape', 'text'],
  ])('%s', async (_, letter) => {
    expect(await running.write(letter)).toBeNull();
  });
});

it('letters without a link of their own lead to the sign-in page, or nowhere', async () => {
  const urls = async (letter: Letter) => {
    const written = await running.write(letter);
    return [written?.to, written?.content.action?.url];
  };
  const to = 'grace@example.com';
  expect(await urls({ kind: 'account-exists', to })).toEqual([to, `${origin}/login`]);
  expect(await urls({ kind: 'address-taken', to })).toEqual([to, `${origin}/login`]);
  expect(await urls({ kind: 'account-deleted', to })).toEqual([to, undefined]);
});
