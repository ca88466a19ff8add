import { expect, it } from 'vitest';
import { isolated } from '../../names.ts';
import { passkeySavedNotice } from './dashboard-page.ts';
import { placeWords, providerOf } from './passkey-place.ts';

const icloud = 'fbfc3007-154e-4ecc-8c0b-6e020557d7bd';
const google = 'ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4';
const nobody = '00000000-0000-0000-0000-000000000000';

it('a passkey is kept by its provider, whatever it is called', () => {
  expect([icloud, google, nobody, ''].map(providerOf)).toEqual([
    'iCloud Keychain',
    'Google Password Manager',
    undefined,
    undefined,
  ]);
  expect(placeWords({ aaguid: google, synced: true })).toBe('Google Password Manager');
  expect(placeWords({ aaguid: nobody, synced: true })).toBe('your password manager');
  expect(placeWords({ aaguid: nobody, synced: false })).toBe('the device it is on');
});

it('what is said of a new one names the place, and the name where that says more', () => {
  const start = (name: string, aaguid: string) => passkeySavedNotice({ name, aaguid }).split('. ')[0];
  expect(start('iCloud Keychain', icloud)).toBe('Passkey saved in iCloud Keychain');
  expect(start('iCloud Keychain 2', icloud)).toBe(
    `Passkey saved in iCloud Keychain as ${isolated('iCloud Keychain 2')}`,
  );
  expect(start('Passkey · Chrome on macOS', nobody)).toBe(
    `Passkey saved as ${isolated('Passkey · Chrome on macOS')}`,
  );
});
