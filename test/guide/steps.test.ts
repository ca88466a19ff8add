/** Every step of the guide: the attacks with the outcome that is expected of it, and a journey, where pages or scripts are new in a real browser. */
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
import { beginSharedProcess } from './support/shared-process.ts';
import { walk } from './support/walk.ts';

/** Their chapter has the command, and what it prints. shell.test.ts runs the one for step 4. */
const inTheShell = new Set(['express/3-sign-in', 'express/4-safe']);

/**
 * What the servers of Koa and Fastify decide themselves: parsing, sessions, and what becomes of a fault. A test below shows
 * that the rest is the code of step 5.
 */
const ofServers = attacks.filter(({ name }) =>
  ['replay', 'eve-on-ada', 'kept-session', 'hanging-api', 'garbage', 'empty-answer', 'old-session'].includes(
    name,
  ),
);

/** What is left to try here on a step that is attacked elsewhere as well; left out for all attacks. */
const left: Record<string, Attack[]> = {
  // shell.test.ts attacks it as an app of somebody's own, whose clock nobody moves: left is the attack that needs that.
  'express/5-fail-well': attacks.filter(({ name }) => name === 'old-session'),
  // Its server has the code of step 6, as a test below shows: an attack would meet nothing new.
  'express/7-autofill': [],
  koa: ofServers,
  fastify: ofServers,
};

/** Every file of a directory below `examples`, by its path there. */
function textsIn(step: string): Record<string, string> {
  const directory = path.join(examples, step);
  const files = filesOf(directory).map((file) => path.relative(directory, file));
  return Object.fromEntries(
    files.sort().map((file) => [file, readFileSync(path.join(directory, file), 'utf8')]),
  );
}

let browser: Browser;
let traveller: Traveller;
/** For the apps whose clock nobody moves. */
let apps: Awaited<ReturnType<typeof beginSharedProcess>>;
beforeAll(async () => {
  [browser, apps] = await Promise.all([launchBrowser(), beginSharedProcess()]);
  traveller = await openTraveller(browser);
});
afterAll(() => Promise.all([browser.close(), apps.stop()]));

it.concurrent.each(steps)(
  'step %s answers each attack as the guide says, and lets the journey of its chapter through',
  (step, chapter) => {
    const expected = expectedOutcomes[step];
    const chosen = expected ? (left[step] ?? attacks) : [];
    return withStep(
      path.join(examples, step),
      async (stage) => {
        const outcomes = chosen.length > 0 ? await attackAll(stage, chosen) : {};
        expect(outcomes).toEqual(Object.fromEntries(chosen.map(({ name }) => [name, expected?.[name]])));
        // Last, since it takes Ada's password away.
        if (chapter !== null) await traveller.alone(() => travel(traveller, stage, chapter));
        else await walk(stage);
      },
      chosen.length > 0 ? {} : apps,
    );
  },
);

it.concurrent('express/4-safe, in the ceremony of chapter 1 and after it', () =>
  withStep(
    path.join(examples, 'express/4-safe'),
    async (stage) => {
      holdAgainstKept(await traveller.alone(() => exchanged(traveller.page, stage)));
      expect(traveller.faults).toEqual([]);
      await walk(stage);
    },
    { port: capturing ? 4000 : undefined, start: apps.start },
  ));

it('has the pages and scripts of another step where no browser goes on the journey, and the code of step 5 in Koa and Fastify', () => {
  for (const part of ['views', 'public'])
    expect([part, textsIn(`express/4-safe/${part}`)]).toEqual([part, textsIn(`express/3-sign-in/${part}`)]);
  for (const step of ['koa', 'fastify']) {
    const texts = textsIn(step);
    expect([step, Object.keys(texts)]).toEqual([step, ['package.json', 'server.js']]);
    expect(texts['server.js']).toContain("} from '../express/5-fail-well/passkeys.js';");
    expect(texts['server.js']).toContain("new URL('../express/5-fail-well/', import.meta.url)");
  }
});

it('answers in step 7 with the code of step 6, so the attacks would meet nothing new', () => {
  const [before, now] = [textsIn('express/6-manage'), textsIn('express/7-autofill')];
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
  withStep(
    path.join(examples, 'express/6-manage'),
    async (stage) => {
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
    },
    apps,
  ));

it('tells nothing about an app that is not there', async () => {
  const origin = `http://localhost:${await freePort()}`;
  const api = {} as RehearsalApi;
  const stage = createStage({ origin, api, contract: contractOfTheGuide, pass: undefined });
  await expect(attackAll(stage)).rejects.toThrow(
    `so no attack would tell anything: ${origin} does not answer (ECONNREFUSED)`,
  );
});
