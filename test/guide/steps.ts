/** The steps of the guide, and what each of them withstands: what chapter 4 to 6 repair gets through before. */
import type { Outcome } from './attack/attack.ts';

const allStopped = {
  replay: 'stopped',
  'five-at-once': 'stopped',
  'eve-on-ada': 'stopped',
  'eve-past-the-app': 'stopped',
  'forged-token': 'stopped',
  'no-user-verification': 'stopped',
  'kept-session': 'stopped',
  'hanging-api': 'stopped',
  garbage: 'stopped',
  'empty-answer': 'stopped',
  'foreign-rename': 'stopped',
  'foreign-delete': 'stopped',
  'old-session': 'stopped',
  'last-way-in': 'stopped',
} satisfies Record<string, Outcome>;

type Expected = Record<keyof typeof allStopped, Outcome>;

const managed: Expected = allStopped;
const polite: Expected = {
  ...managed,
  'foreign-rename': 'not there',
  'foreign-delete': 'not there',
  'old-session': 'got through',
  'last-way-in': 'not there',
};
const safe: Expected = { ...polite, garbage: 'got through', 'empty-answer': 'got through' };
const naive: Expected = {
  ...safe,
  replay: 'got through',
  'five-at-once': 'got through',
  'eve-on-ada': 'got through',
  'eve-past-the-app': 'got through',
  'no-user-verification': 'got through',
  'hanging-api': 'got through',
};

/** By the directory below `examples`. */
export const expectedOutcomes: Record<string, Record<string, Outcome>> = {
  'express/3-sign-in': naive,
  'express/4-safe': safe,
  'express/5-fail-well': polite,
  'express/6-manage': managed,
  'express/7-autofill': managed,
  koa: polite,
  fastify: polite,
};

/** With the chapter whose journey they allow. Step 4 goes on it after the ceremony of chapter 1. */
export const steps: [step: string, chapter: number][] = [
  ['express/0-passwords', 0],
  ['express/2-create', 2],
  ['express/3-sign-in', 3],
  ['express/5-fail-well', 5],
  ['express/6-manage', 6],
  ['express/7-autofill', 7],
  ['koa', 5],
  ['fastify', 5],
];
