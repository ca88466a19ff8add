import { describe, expect, it } from 'vitest';
import type { AccountEvent } from '../../events.ts';
import { activityWords } from './activity-words.ts';

const nothing = { method: null, detail: null };

describe('what has happened', () => {
  it.each<[AccountEvent, string, string]>([
    ['passkey_registered', 'iCloud Keychain', 'Passkey added: iCloud Keychain'],
    ['passkey_renamed', 'My laptop', 'Passkey renamed: My laptop'],
    ['passkey_removed', 'My laptop', 'Passkey deleted: My laptop'],
    [
      'email_changed',
      'a@example.com → b@example.com',
      'Email address changed: a@example.com → b@example.com',
    ],
    ['sessions_ended', 'Firefox on Linux', 'Sessions ended: Firefox on Linux'],
  ])('says of %s what it was about', (event, detail, words) => {
    expect(activityWords({ ...nothing, event, detail })).toBe(words);
    expect(activityWords({ ...nothing, event })).toBe(words.split(':')[0]);
  });

  it.each([
    ['password', 'Signed in with your password'],
    ['passkey', 'Signed in with a passkey'],
    ['email', 'Signed in with a link that we mailed'],
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
