/** One form with a recovery code that is sent twice at the same moment, as by a double click: the second answer is no error. */
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { paths } from '../../../src/paths.ts';
import { ageProofs } from '../../support/aged-session.ts';
import { person, type TestApp } from '../../support/app.ts';
import { turnsOnSecondFactor } from '../../support/second-factor.ts';
import { startTwice } from '../../support/two-processes.ts';
import { createVisitor, type Visitor } from '../../support/visitor.ts';

let first: TestApp;
let second: TestApp;
let codes: string[];
beforeAll(async () => {
  const both = await startTwice();
  ({ first, second } = both);
  codes = await turnsOnSecondFactor(createVisitor(first));
  return both.close;
});
beforeEach(async () => {
  for (const table of ['rate_limits', 'activity']) await first.database.db(table).delete();
});

const used = async () =>
  Number(
    (await first.database.db('activity').where({ event: 'recovery_code_used' }).sum({ times: 'times' }))[0]
      ?.times,
  );

/** Sends a form from one browser to both processes at once. @returns where the answers lead in the end */
async function sendTwice(browser: Visitor, path: string, fields: Record<string, string>): Promise<string[]> {
  const cookie = browser.agent.jar
    .getCookies({ domain: '127.0.0.1', path: '/', secure: true, script: false })
    .toValueString();
  expect(cookie).not.toBe('');
  const twin = createVisitor(second);
  const answers = await Promise.all([
    browser.postForm(path, fields),
    twin.postForm(path, fields).set('Cookie', cookie),
  ]);
  // One jar has the cookies of both answers: whoever is in by one of them follows the other.
  const inside = answers[0].headers.location === fields.return_to ? browser : twin;
  return Promise.all(
    answers.map(async ({ status, headers: { location = '' } }) => {
      expect(status).toBe(303);
      return location === fields.return_to ? location : ((await inside.get(location)).headers.location ?? '');
    }),
  );
}

it('at the second step of a sign-in: one code is used, and both lead to where somebody wanted to go', async () => {
  const browser = createVisitor(first);
  await browser.signIn({ ...person, return_to: paths.data });
  const fields = { code: codes.pop() ?? '', return_to: paths.data };
  expect(await sendTwice(browser, paths.verifySignIn, fields)).toEqual([paths.data, paths.data]);
  expect(await used()).toBe(1);
});

it('in a step-up as well', async () => {
  const browser = createVisitor(first);
  await browser.signIn();
  await browser.postForm(paths.verifySignIn, { code: codes.pop() ?? '' });
  await ageProofs(first, 601);
  const fields = { password: person.password, code: codes.pop() ?? '', return_to: paths.password };
  expect(await sendTwice(browser, paths.reauth, fields)).toEqual([paths.password, paths.password]);
  expect(await used()).toBe(2);
});
