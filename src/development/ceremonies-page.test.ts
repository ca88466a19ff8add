import { expect, it } from 'vitest';
import { ceremoniesPage } from './ceremonies-page.ts';
import type { Ceremony } from './ceremony-log.ts';

it.each([
  ['register', 'started; cancelled, or refused by the device, unless it is still open'],
  ['second factor registration', 'started; cancelled, or refused by the device, unless it is still open'],
  ['upgrade', 'started, not finished'],
  ['sign-in', 'started, not finished'],
] as const)('a ceremony that nobody has finished (%s) is "%s"', (purpose, outcome) => {
  const begun: Ceremony = { purpose, start: { at: new Date(), publicKey: {} } };
  const { data } = ceremoniesPage([begun], '/styles.css', 'another app');
  expect(data).toMatchObject({ over: [], waiting: [{ outcome, tone: 'waiting' }] });
});
