/** Every step of the guide: the attacks with the outcome that is expected of it, and a journey in a real browser. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { freePort } from '../support/free-port.ts';
import { type Attack, createStage, type Stage } from './attack/attack.ts';
import { contractOfTheGuide } from './attack/contract.ts';
import type { RehearsalApi } from './attack/rehearsal-api.ts';
import { heading, lineOf, summaryOf } from './attack/report.ts';
import { examples } from './attack/step-directory.ts';
import { attackAll, attacks } from './attack/suite.ts';
import { capturing, exchanged, holdAgainstKept } from './ceremony.ts';
import { filesOf, guide } from './cutting.ts';
import { expectedOutcomes, steps } from './steps.ts';
import { withStep } from './support/attacked.ts';
import { copiedExamples } from './support/copied.ts';
import { openTraveller, type Traveller, travel } from './support/journey.ts';
import { patience } from './support/patience.ts';
import { beginPair } from './support/shared-process.ts';

/** Those whose attack is a command that the chapter shows; shell.test.ts runs that of step 4. */
const shown = new Set(['express/3-sign-in', 'express/4-safe']);

/** What is left to try here on a step that is attacked elsewhere as well; left out for all attacks. */
const left: Record<string, Attack[]> = {
  // shell.test.ts attacks it as an app of somebody's own, whose clock nobody moves: left is the attack that needs that.
  'express/5-fail-well': attacks.filter(({ name }) => name === 'old-session'),
  // Its server has the code of step 6, as a test below shows: an attack would meet nothing new.
  'express/7-autofill': [],
};

/** These have all but the server from step 5, and would share that with it in one process: each is begun from a copy. */
const copied = new Set(['koa', 'fastify']);

let browser: Browser;
let traveller: Traveller;
let apps: Awaited<ReturnType<typeof beginPair>>;
beforeAll(async () => {
  apps = await beginPair();
  browser = await launchBrowser();
  traveller = await openTraveller(browser);
});
afterAll(async () => {
  await browser.close();
  await apps.stop();
});

/** In a process that no other step uses meanwhile. */
async function inTurn(
  step: string,
  act: (stage: Stage) => Promise<void>,
  port?: number | undefined,
): Promise<void> {
  const { directory, remove } = copied.has(step) ? await copiedExamples() : { directory: examples };
  await apps
    .inTurn(({ start }) => withStep(path.join(directory, step), act, { port, start }))
    .finally(remove);
}

it.concurrent.each(steps)(
  'step %s answers each attack as the guide says, and lets the journey of its chapter through',
  (step, chapter) =>
    inTurn(step, async (stage) => {
      const expected = expectedOutcomes[step];
      const chosen = expected ? (left[step] ?? attacks) : [];
      const outcomes = chosen.length > 0 ? await attackAll(stage, chosen) : {};
      expect(outcomes).toEqual(Object.fromEntries(chosen.map(({ name }) => [name, expected?.[name]])));
      expect(await withWrongPassword(stage)).toEqual([
        422,
        expect.stringContaining('Email or password is wrong.'),
      ]);
      // Last, since it takes Ada's password away.
      await traveller.alone(() => travel(traveller, stage, chapter));
    }),
  patience,
);

async function withWrongPassword({ open, contract: { ada } }: Stage) {
  const { status, text } = await open('visitor').signIn({ ...ada, password: 'wrong' });
  return [status, text];
}

it.concurrent('express/4-safe, in the ceremony of chapter 1 and after it', { timeout: patience }, () =>
  inTurn(
    'express/4-safe',
    async (stage) => {
      expect(await withWrongPassword(stage)).toEqual([
        422,
        expect.stringContaining('Email or password is wrong.'),
      ]);
      holdAgainstKept(await traveller.alone(() => exchanged(traveller.page, stage)));
      await traveller.alone(() => travel(traveller, stage, 4));
    },
    capturing ? 4000 : undefined,
  ),
);

it('answers in step 7 with the code of step 6, so the attacks would meet nothing new', () => {
  const filesIn = (step: string) => {
    const directory = path.join(examples, step);
    const files = filesOf(directory).map((file) => path.relative(directory, file));
    return Object.fromEntries(files.map((file) => [file, readFileSync(path.join(directory, file), 'utf8')]));
  };
  const [before, now] = [filesIn('express/6-manage'), filesIn('express/7-autofill')];
  expect(Object.keys(now)).toEqual(Object.keys(before));
  expect(Object.keys(now).filter((file) => now[file] !== before[file])).toEqual([
    'package.json',
    'public/passkeys.js',
    'views/login.ejs',
  ]);
});

it.each([
  ['4-break-it.md', 'express/3-sign-in'],
  ['4-break-it.md', 'express/4-safe'],
  ['6-manage.md', 'express/6-manage'],
])('%s prints what the attacks do to %s', (chapter, step) => {
  const outcomes = expectedOutcomes[step] ?? {};
  const lines = attacks.map((attack) => lineOf(attack, outcomes[attack.name] ?? 'not there'));
  const printed = [heading, ...lines, summaryOf(Object.values(outcomes))].join('');
  const text = readFileSync(path.join(guide, chapter), 'utf8');
  expect(text).toContain(`\`\`\`text\n${printed}\`\`\``);
  const command = `npm run guide:attack -- ${path.basename(step)[0]}`;
  if (shown.has(step)) expect(text).toContain(`\`\`\`sh\n${command}\n\`\`\`\n\n\`\`\`text\n${printed}\`\`\``);
});

it('tells nothing about an app that is not there', async () => {
  const origin = `http://localhost:${await freePort()}`;
  const api = {} as RehearsalApi;
  const stage = createStage({ origin, api, contract: contractOfTheGuide, pass: undefined });
  await expect(attackAll(stage)).rejects.toThrow(
    `so no attack would tell anything: ${origin} does not answer (ECONNREFUSED)`,
  );
});
