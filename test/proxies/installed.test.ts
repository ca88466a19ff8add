import { expect, it } from 'vitest';
import { installed, programs } from './support/installed.ts';

it('has something to run: all of it may not be skipped', () => {
  expect(programs.filter(installed)).not.toEqual([]);
});
