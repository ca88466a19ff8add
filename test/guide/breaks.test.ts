/** Each patch of chapter 4 opens exactly the hole that it is named for. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { breaks, broken } from './attack/broken.ts';
import { examples } from './attack/step-directory.ts';
import { attacks } from './attack/suite.ts';
import { attackStep } from './support/attacked.ts';

const names = readdirSync(breaks).map((file) => path.basename(file, '.patch'));

it('is there for every attack of chapter 4', () => {
  expect(names.sort()).toEqual([
    'eve-on-ada',
    'eve-past-the-app',
    'five-at-once',
    'forged-token',
    'hanging-api',
    'kept-session',
    'no-user-verification',
    'replay',
  ]);
});

const ofChapter4 = attacks.filter(({ name }) => names.includes(name));

it.concurrent.each(names)('%s', async (name) => {
  const { directory, remove } = await broken(path.join(examples, 'express/4-safe'), name);
  const outcomes = await attackStep(directory, ofChapter4).finally(remove);
  const stopped = Object.fromEntries(names.map((name) => [name, 'stopped']));
  expect(outcomes).toEqual({ ...stopped, [name]: 'got through' });
});
