import { expect, it } from 'vitest';
import { paths, signInPath } from './paths.ts';

it('[ASVS 1.2.2] an id cannot leave its segment', () => {
  expect(paths.renamePasskey('../../login?x#y')).toBe('/passkeys/..%2F..%2Flogin%3Fx%23y/rename');
  expect(paths.deletePasskey('a/b')).toBe('/passkeys/a%2Fb/delete');
});

it('the way to sign-in carries where to go on, unless that is the dashboard', () => {
  expect(signInPath('/passkeys/a/rename?x=1&y=2')).toBe(
    '/login?return_to=%2Fpasskeys%2Fa%2Frename%3Fx%3D1%26y%3D2',
  );
  expect(signInPath(paths.dashboard)).toBe('/login');
  expect(signInPath(paths.email, 'session')).toBe('/login?session=ended&return_to=%2Fsettings%2Femail');
});
