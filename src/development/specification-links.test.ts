import { expect, it } from 'vitest';
import { linked } from './specification-links.ts';
import {
  attestationSteps,
  authenticatorDataSteps,
  claimSteps,
  clientDataSteps,
  credentialSteps,
  optionSteps,
} from './specification-steps.ts';

it('links the number of a step to its section', () => {
  expect(linked('7.1 step 8: the client data repeats it')).toEqual({
    number: '7.1 step 8',
    href: 'https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential',
    words: ': the client data repeats it',
  });
  expect(linked('')).toEqual({ number: '', href: null, words: '' });
});

it('knows the section of every step', () => {
  const tables = [optionSteps, credentialSteps, clientDataSteps, attestationSteps, authenticatorDataSteps];
  const steps = tables.flatMap((table) => Object.values(table).flat());
  expect(steps.length).toBeGreaterThan(40);
  expect(steps.filter((step) => linked(step).href === null)).toEqual([]);
  expect(Object.values(claimSteps).map((step) => linked(String(step)).href)).toEqual([
    null,
    null,
    null,
    null,
    null,
  ]);
});
