import { expect, it } from 'vitest';
import type { Passkey } from './passkey.ts';
import { isLockedOut, waysIn } from './ways-in.ts';

const passkey = (id: string, signsInAlone = true): Passkey => ({
  id,
  name: id,
  createdAt: new Date(0),
  lastUsedAt: null,
  lastDevice: null,
  aaguid: '',
  synced: true,
  automatic: false,
  vouched: true,
  signsInAlone,
  secondFactorOnly: false,
});
const [one, two, dependent] = [passkey('one'), passkey('two'), passkey('three', false)];

it.each([
  ['nothing', false, [], undefined, 0, true],
  ['a password alone', true, [], undefined, 0, false],
  ['a passkey alone', false, [one], undefined, 1, false],
  ['a passkey that works only after the password', false, [dependent], undefined, 0, true],
  ['the same beside a password', true, [dependent], undefined, 0, false],
  ['two passkeys, of which one goes', false, [one, two], 'one', 1, false],
  ['a passkey that goes', false, [one], 'one', 0, true],
  ['a passkey that goes, beside one that cannot sign in alone', false, [one, dependent], 'one', 0, true],
  ['one that cannot sign in alone goes', false, [one, dependent], 'three', 1, false],
  ['a passkey, when another that is not there goes', false, [one], 'gone', 1, false],
  ['all there is, when a passkey goes', true, [one, two, dependent], 'two', 1, false],
])('%s: counted, and seen whether anybody is locked out', (_, password, passkeys, without, left, locked) => {
  const ways = waysIn({ password, email: false, secondFactor: null }, passkeys, without);
  expect(ways).toEqual({ password, email: false, passkeys: left, codesAlone: null });
  expect(isLockedOut(ways)).toBe(locked);
});

it('an automatic passkey is a way in, although it proves nothing', () => {
  const automatic = { ...one, automatic: true, vouched: false };
  expect(isLockedOut(waysIn({ password: false, email: false, secondFactor: null }, [automatic]))).toBe(false);
});

it('a confirmed address is a way in, where mail can be sent', () => {
  expect(isLockedOut(waysIn({ password: false, email: true, secondFactor: null }, []))).toBe(false);
});

const automatic = { ...passkey('automatic'), automatic: true, vouched: false };

it.each([
  ['nothing to follow it', [], 0, true, 0],
  ['a code', [], 1, false, 1],
  ['a passkey', [one], 0, false, null],
  ['a key that works only after it', [dependent], 0, false, null],
  ['a passkey that proves nothing by itself', [automatic], 0, true, 0],
  ['the same and a code', [automatic], 2, false, 2],
])('a password with %s, where a second factor is asked for', (_, passkeys, recoveryCodes, locked, alone) => {
  const ways = waysIn(
    { password: true, email: true, secondFactor: { recoveryCodes, isChosen: true } },
    passkeys,
  );
  expect([isLockedOut(ways), ways.codesAlone]).toEqual([locked, alone]);
  expect([ways.password, ways.email]).toEqual([!locked, !locked]);
});

it('a code alone is no way in', () => {
  const others = { password: false, email: false, secondFactor: { recoveryCodes: 10, isChosen: true } };
  expect(isLockedOut(waysIn(others, [dependent]))).toBe(true);
});

it('a passkey that proves who its owner is opens by itself, whatever is asked for after a password', () => {
  const others = { password: false, email: false, secondFactor: { recoveryCodes: 0, isChosen: true } };
  expect(isLockedOut(waysIn(others, [one]))).toBe(false);
  expect(isLockedOut(waysIn(others, [automatic]))).toBe(true);
});

it.each([
  ['a passkey is followed by it', [one], true, 1, false],
  ['none is all that is asked for', [], true, 0, false],
  ['a passkey that proves nothing by itself is all that is asked for', [automatic], true, 1, false],
  [
    'one that proves nothing is no way in beside one that follows the password',
    [dependent, automatic],
    true,
    0,
    false,
  ],
])(
  'where the site asks everybody who has a passkey, a password with %s',
  (_, passkeys, password, count, locked) => {
    const secondFactor = { recoveryCodes: 0, isChosen: false };
    const ways = waysIn({ password: true, email: false, secondFactor }, passkeys);
    expect([ways.password, ways.passkeys, isLockedOut(ways)]).toEqual([password, count, locked]);
  },
);
