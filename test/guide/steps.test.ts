/** Every step of the guide: the attacks with the outcome that is expected of it, and a journey in a real browser. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { createStage, type Outcome } from './attack/attack.ts';
import { type Contract, contractOfTheGuide } from './attack/contract.ts';
import type { RehearsalApi } from './attack/rehearsal-api.ts';
import { heading, lineOf, summaryOf } from './attack/report.ts';
import { examples } from './attack/step-directory.ts';
import { attackAll, attacks } from './attack/suite.ts';
import { guide } from './cutting.ts';
import { expectedOutcomes, steps } from './steps.ts';
import { withStep } from './support/attacked.ts';
import { travel } from './support/journey.ts';

/** shell.test.ts runs the commands that attack them, and holds every line against the chapter. */
const inTheShell = new Set(['express/3-sign-in', 'express/4-safe']);

let browser: Browser;
beforeAll(async () => {
  browser = await chromium.connect(inject('browserEndpoint'));
});
afterAll(() => browser.close());

it.concurrent.each(steps)('%s', (step, chapter) =>
  withStep(path.join(examples, step), async (stage) => {
    const expected = inTheShell.has(step) ? undefined : expectedOutcomes[step];
    if (expected) expect(await attackAll(stage)).toEqual(expected);
    // Last, since it takes Ada's password away.
    await travel(browser, stage, chapter);
  }),
);

it.each([
  ['4-break-it.md', 'express/3-sign-in'],
  ['4-break-it.md', 'express/4-safe'],
  ['6-manage.md', 'express/6-manage'],
])('%s prints what the attacks do to %s', (chapter, step) => {
  const outcomes = expectedOutcomes[step] as Record<string, Outcome>;
  const lines = attacks.map((attack) => lineOf(attack, outcomes[attack.name] ?? 'not there'));
  const printed = [heading, ...lines, summaryOf(Object.values(outcomes))].join('');
  const text = readFileSync(path.join(guide, chapter), 'utf8');
  expect(text).toContain(`\`\`\`text\n${printed}\`\`\``);
  const command = `npm run guide:attack -- ${path.basename(step)[0]}`;
  if (inTheShell.has(step))
    expect(text).toContain(`\`\`\`sh\n${command}\n\`\`\`\n\n\`\`\`text\n${printed}\`\`\``);
});

it('tells nothing about a rename or a deletion that fails for Ada herself', () =>
  withStep(path.join(examples, 'express/6-manage'), async (stage) => {
    const attack = (name: string, own: Partial<Contract>) =>
      attackAll(
        { ...stage, contract: { ...stage.contract, ...own } },
        attacks.filter((one) => one.name === name),
      );
    await expect(attack('foreign-rename', { renameField: 'label' })).rejects.toThrow(
      /^foreign-rename could not be tried: .* answered 4/,
    );
    await expect(attack('foreign-delete', { remove: '/nowhere/:id' })).rejects.toThrow(
      'foreign-delete could not be tried: for Ada herself, /nowhere/:id answered 404',
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
