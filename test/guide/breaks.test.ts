/** Each patch of chapter 4 and 6 opens exactly the hole that it is named for. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { broken, patches } from './attack/broken.ts';
import { stepDirectory } from './attack/step-directory.ts';
import { attackAll, attacks } from './attack/suite.ts';
import { withStep } from './support/attacked.ts';
import { beginSharedProcess } from './support/shared-process.ts';

const ofStep = (step: string) => Object.keys(patches).filter((name) => patches[name] === stepDirectory(step));
const names = ofStep('4');

it('is there for every attack of chapter 4, and for the last one of chapter 6', () => {
  expect(ofStep('6')).toEqual(['last-way-in']);
  expect(Object.keys(patches)).toHaveLength(9);
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

const ofChapter6 = attacks.slice(-4);

let apps: Awaited<ReturnType<typeof beginSharedProcess>>;
beforeAll(async () => {
  apps = await beginSharedProcess();
});
afterAll(() => apps.stop());

// One after the other: the apps share a clock.
it.each(Object.keys(patches))('%s', async (name) => {
  const { directory, remove } = await broken(patches[name] ?? '', name);
  const chosen = names.includes(name) ? ofChapter4 : ofChapter6;
  const outcomes = await withStep(directory, (stage) => attackAll(stage, chosen), apps).finally(remove);
  const stopped = Object.fromEntries(chosen.map((attack) => [attack.name, 'stopped']));
  expect(outcomes).toEqual({ ...stopped, [name]: 'got through' });
});
