/** Every step of the guide: the attacks with the outcome that is expected of it, and a journey in a real browser. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../support/browser.ts';
import { freePort } from '../support/free-port.ts';
import { type Attack, createStage } from './attack/attack.ts';
import { type Contract, contractOfTheGuide } from './attack/contract.ts';
import type { RehearsalApi } from './attack/rehearsal-api.ts';
import { detailsOf, heading, lineOf, summaryOf } from './attack/report.ts';
import { examples } from './attack/step-directory.ts';
import { attackAll, attacks } from './attack/suite.ts';
import { capturing, exchanged, holdAgainstKept } from './ceremony.ts';
import { filesOf, guide } from './cutting.ts';
import { expectedOutcomes, steps } from './steps.ts';
import { withStep } from './support/attacked.ts';
import { openTraveller, type Traveller, travel } from './support/journey.ts';

/** shell.test.ts runs the commands that attack them, and holds every line of what they print against the chapter. */
const inTheShell = new Set(['express/3-sign-in', 'express/4-safe']);

/** What is left to try here on a step that is attacked elsewhere as well; left out for all attacks. */
const left: Record<string, Attack[]> = {
  'express/3-sign-in': [],
  // shell.test.ts attacks it as an app of somebody's own, whose clock nobody moves: left is the attack that needs that.
  'express/5-fail-well': attacks.filter(({ name }) => name === 'old-session'),
  // Its server has the code of step 6, as a test below shows: an attack would meet nothing new.
  'express/7-autofill': [],
};

let browser: Browser;
let traveller: Traveller;
beforeAll(async () => {
  browser = await launchBrowser();
  traveller = await openTraveller(browser);
});
afterAll(() => browser.close());

it.concurrent.each(steps)(
  'step %s answers each attack as the guide says, and lets the journey of its chapter through',
  (step, chapter) =>
    withStep(path.join(examples, step), async (stage) => {
      const expected = expectedOutcomes[step];
      const chosen = expected ? (left[step] ?? attacks) : [];
      const outcomes = chosen.length > 0 ? await attackAll(stage, chosen) : {};
      expect(outcomes).toEqual(Object.fromEntries(chosen.map(({ name }) => [name, expected?.[name]])));
      // Last, since it takes Ada's password away.
      await traveller.alone(() => travel(traveller, stage, chapter));
    }),
);

it.concurrent('express/4-safe, in the ceremony of chapter 1 and after it', () =>
  withStep(
    path.join(examples, 'express/4-safe'),
    async (stage) => {
      holdAgainstKept(await traveller.alone(() => exchanged(traveller.page, stage)));
      await traveller.alone(() => travel(traveller, stage, 4));
    },
    { port: capturing ? 4000 : undefined },
  ));

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
  if (inTheShell.has(step))
    expect(text).toContain(`\`\`\`sh\n${command}\n\`\`\`\n\n\`\`\`text\n${printed}\`\`\``);
});

it('says that a rename or a deletion fails for Ada herself, and goes on', () =>
  withStep(path.join(examples, 'express/6-manage'), async (stage) => {
    const chosen = attacks.filter(({ name }) => name.startsWith('foreign-') || name === 'kept-session');
    const told: string[] = [];
    const own: Partial<Contract> = { renameField: 'label', remove: '/nowhere/:id' };
    const outcomes = await attackAll(
      { ...stage, contract: { ...stage.contract, ...own } },
      [...chosen].reverse(),
      (attack, outcome, reason) =>
        told.push(lineOf(attack, outcome, reason) + detailsOf(outcome, stage.exchanges)),
    );
    expect(outcomes).toEqual({
      'foreign-delete': 'could not be tried',
      'foreign-rename': 'could not be tried',
      'kept-session': 'stopped',
    });
    expect(told[0]).toMatch(
      /^could not be tried foreign-delete .* \(for Ada herself, \/nowhere\/:id answered 404/,
    );
    expect(told[0]).toMatch(/\n +ada +POST \/nowhere\/[\w-]+ -> 404 /);
    expect(told[1]).toMatch(/^could not be tried foreign-rename .* answered 4/);
    expect(summaryOf(Object.values(outcomes))).toContain('None got through; 2 could not be tried.');
    const elsewhere = { ...stage.contract, account: '/login' };
    const lost = createStage({ ...stage, contract: elsewhere });
    await expect(attackAll(lost)).rejects.toThrow(
      'after the sign-in, GET /login answered 200 instead of a page with ada@example.com: is `account` right? (now: /login)',
    );
    await expect(lost.signIn({ ...elsewhere.ada, password: 'wrong' })).rejects.toThrow(
      'ada@example.com cannot sign in with the password (POST /login answered 422 ',
    );
  }));

it('tells nothing about an app that is not there', async () => {
  const origin = `http://localhost:${await freePort()}`;
  const api = {} as RehearsalApi;
  const stage = createStage({ origin, api, contract: contractOfTheGuide, pass: undefined });
  await expect(attackAll(stage)).rejects.toThrow(
    `so no attack would tell anything: ${origin} does not answer (ECONNREFUSED)`,
  );
});
