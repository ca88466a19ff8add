import { describe, expect, it } from 'vitest';
import { nameFor, passkeyName, toPasskey } from './passkey.ts';
import { ordinary, type PasskeyRecord } from './record-store.ts';

const listed = {
  id: 'one',
  aaguid: '00000000-0000-0000-0000-000000000000',
  created_at: '2026-01-01T10:00:00Z',
  backup_eligible: true,
  backup_state: true,
  is_mfa: false,
  user_id: 'ada',
};

const seen = (changes: object, record: Partial<PasskeyRecord> = {}) =>
  toPasskey({ ...listed, ...changes }, { ...ordinary(listed.id), ...record });

describe('a passkey', () => {
  it('was never used when both times are the same, or one is missing', () => {
    const createdAt = new Date('2026-01-01T10:00:00Z');
    expect(seen({ last_used_at: listed.created_at, name: 'Key' })).toEqual({
      id: 'one',
      name: 'Key',
      createdAt,
      lastUsedAt: null,
      lastDevice: null,
      aaguid: listed.aaguid,
      synced: true,
      automatic: false,
      vouched: true,
      signsInAlone: true,
      secondFactorOnly: false,
    });
    expect(seen({})).toMatchObject({ name: 'Passkey', lastUsedAt: null });
  });

  it('that was never named is not called by its id', () => {
    expect(seen({ name: `cred-${'A'.repeat(43)}` }).name).toBe('Passkey');
  });

  it.each([
    ['Phone\u202e', 'Phone'],
    ['\u2067My\u0000 \u200bPhone\u2069', 'My Phone'],
    ['Phone\r\n of mine ', 'Phone of mine'],
    ['x'.repeat(1_000), 'x'.repeat(64)],
    ['\u200b', 'Passkey'],
    ['👩‍💻', '👩‍💻'],
  ])('[ASVS 1.3.3] that a service calls %j is %j', (given, name) => {
    expect(seen({ name: given }).name).toBe(name);
    expect(seen({}, { renamedTo: given }).name).toBe(name);
    expect(nameFor(given, 'Chrome', [])).toBe(name === 'Passkey' ? 'Passkey · Chrome' : name);
  });

  it('was used when it says so', () => {
    const used = seen({ last_used_at: '2026-01-02T10:00:00Z' }, { lastDevice: 'Chrome on macOS' });
    expect(used.lastUsedAt).toEqual(new Date('2026-01-02T10:00:00Z'));
    expect(used.lastDevice).toBe('Chrome on macOS');
  });

  it('is synced while there is a copy, not when there only could be one', () => {
    expect(seen({ backup_eligible: true, backup_state: false }).synced).toBe(false);
  });

  it.each([
    [false, false],
    [true, true],
    [null, true],
  ])('whose being discoverable is %s signs in alone: %s', (discoverable, alone) => {
    expect(seen({}, { discoverable }).signsInAlone).toBe(alone);
  });

  it('that was made for a second factor signs nobody in alone, whatever its authenticator can do', () => {
    for (const discoverable of [true, false, null])
      expect(seen({ is_mfa: true }, { discoverable })).toMatchObject({
        signsInAlone: false,
        secondFactorOnly: true,
      });
  });

  it('says what its record says of how it came about', () => {
    const automatic = { automatic: true, vouched: false };
    expect(seen({}, automatic)).toMatchObject(automatic);
  });
});

describe('the name of a new passkey', () => {
  it.each([
    ['Google Password Manager', [], 'Google Password Manager'],
    ['cred-abc', [], 'Passkey · Chrome on macOS'],
    [undefined, [], 'Passkey · Chrome on macOS'],
    ['', [], 'Passkey · Chrome on macOS'],
    ['iCloud', ['iCloud'], 'iCloud 2'],
    ['iCloud', ['iCloud', 'iCloud 2', 'iCloud 4'], 'iCloud 3'],
    ['iCloud', ['iCloud 2'], 'iCloud'],
  ])('that the service calls %s, beside %j, is %s', (given, taken, name) => {
    expect(nameFor(given, 'Chrome on macOS', taken)).toBe(name);
  });
});

describe('a name that a person gives', () => {
  it.each([
    ['  Laptop  ', 'Laptop'],
    ['Ada’s <laptop>', 'Ada’s <laptop>'],
    ['e\u0301', '\u00e9'],
    ['😀'.repeat(64), '😀'.repeat(64)],
    ['👩‍💻', '👩‍💻'],
    ['❤️\u200d🔥', '❤️\u200d🔥'],
    ['\u0646\u0645\u06cc\u200c\u062f\u0627\u0646\u0645', '\u0646\u0645\u06cc\u200c\u062f\u0627\u0646\u0645'],
    ['\u0915\u094d\u200d\u0937', '\u0915\u094d\u200d\u0937'],
    ['☎️', '☎️'],
  ])('%j is kept as %j', (given, kept) => {
    expect(passkeyName.parse(given)).toBe(kept);
  });

  it.each([
    ['', 'Give the passkey a name.'],
    [' \t\n', 'Give the passkey a name.'],
    ['\u200d', 'Give the passkey a name.'],
    ['\u200b\u00ad', 'Give the passkey a name.'],
    ['\u3164\ufe0f', 'Give the passkey a name.'],
    ['\u2800', 'Give the passkey a name.'],
    ['\u0301', 'Give the passkey a name.'],
    ['x'.repeat(65), 'A name has at most 64 characters.'],
    ['😀'.repeat(65), 'A name has at most 64 characters.'],
    ['a\u0000b', 'This name has characters that cannot be shown.'],
    ['a\u001bb', 'This name has characters that cannot be shown.'],
    ['a\u009bb', 'This name has characters that cannot be shown.'],
    ['a\r\nb', 'This name has characters that cannot be shown.'],
    ['a\nb', 'This name has characters that cannot be shown.'],
    ['a\u202eb', 'This name has characters that cannot be shown.'],
    ['a\u2066b', 'This name has characters that cannot be shown.'],
    ['a\u200bb', 'This name has characters that cannot be shown.'],
    ['a\u00adb', 'This name has characters that cannot be shown.'],
    ['a\u2028b', 'This name has characters that cannot be shown.'],
    ['a\u2029b', 'This name has characters that cannot be shown.'],
    ['a\u200d', 'This name has characters that cannot be shown.'],
    ['a\u200d\u200db', 'This name has characters that cannot be shown.'],
    ['a \u200cb', 'This name has characters that cannot be shown.'],
    ['a\u{e0041}b', 'This name has characters that cannot be shown.'],
  ])('[ASVS 1.3.3] %j is refused: %s', (given, problem) => {
    expect(passkeyName.safeParse(given).error?.issues.map(({ message }) => message)).toContain(problem);
  });
});
