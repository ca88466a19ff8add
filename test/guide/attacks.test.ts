/** Each step of the guide under all attacks: what it stops, and what gets through until a later chapter. */
import path from 'node:path';
import { expect, it } from 'vitest';
import { expectedOutcomes } from './steps.ts';
import { attackStep } from './support/attacked.ts';

it.each(Object.entries(expectedOutcomes))('%s', async (step, expected) => {
  expect(await attackStep(path.join(import.meta.dirname, '../../examples', step))).toEqual(expected);
});
