/** The steps of the guide, and what each of them withstands: what chapter 4 to 6 repair gets through before. */
import type { Outcome } from './attack/attack.ts';

const allStopped = {
  replay: 'stopped',
  'five-at-once': 'stopped',
  'eve-on-ada': 'stopped',
  'forged-token': 'stopped',
  'no-user-verification': 'stopped',
  'kept-session': 'stopped',
  'hanging-api': 'stopped',
  garbage: 'stopped',
  'empty-answer': 'stopped',
  'foreign-passkey': 'stopped',
  'old-session': 'stopped',
  'last-way-in': 'stopped',
} satisfies Record<string, Outcome>;

type Expected = Record<keyof typeof allStopped, Outcome>;

const managed: Expected = allStopped;
const polite: Expected = {
  ...managed,
  'foreign-passkey': 'not there',
  'old-session': 'got through',
  'last-way-in': 'not there',
};
const safe: Expected = { ...polite, garbage: 'got through', 'empty-answer': 'got through' };
const naive: Expected = {
  ...safe,
  replay: 'got through',
  'five-at-once': 'got through',
  'eve-on-ada': 'got through',
  'no-user-verification': 'got through',
  'hanging-api': 'got through',
};

/** By the directory below `examples`. */
export const expectedOutcomes: Record<string, Expected> = {
  'express/3-sign-in': naive,
  'express/4-safe': safe,
  'express/5-fail-well': polite,
  'express/6-manage': managed,
  'express/7-autofill': managed,
  koa: polite,
  fastify: polite,
};
