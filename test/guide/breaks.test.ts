/**
 * What the attacks find in apps that were changed: each patch of chapter 4 and 6 opens exactly the hole that it is named
 * for, and an app that lets people delete passkeys and not rename them is tried as well, and so found out.
 */
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createStage, type Stage } from './attack/attack.ts';
import { broken, patches } from './attack/broken.ts';
import type { Contract } from './attack/contract.ts';
import { detailsOf, lineOf, summaryOf } from './attack/report.ts';
import { examples, stepDirectory } from './attack/step-directory.ts';
import { attackAll, attacks } from './attack/suite.ts';
import { guide } from './cutting.ts';
import { withStep } from './support/attacked.ts';
import { patience } from './support/patience.ts';
import { beginPair } from './support/shared-process.ts';

const ofStep = (step: string) => Object.keys(patches).filter((name) => patches[name] === stepDirectory(step));
const names = ofStep('4');

it('is there for every attack of chapter 4, and for the last one of chapter 6', () => {
  expect(ofStep('6')).toEqual(['last-way-in']);
  expect(Object.keys(patches)).toHaveLength(9);
  expect(names.sort()).toEqual([
    'eve-on-ada',
    'eve-past-the-app',
    'five-at-once',
    'forged-token',
    'hanging-api',
    'kept-session',
    'no-user-verification',
    'replay',
  ]);
});

const ofChapter4 = attacks.filter(({ name }) => names.includes(name));

const ofChapter6 = attacks.slice(-4);

let apps: Awaited<ReturnType<typeof beginPair>>;
beforeAll(async () => {
  apps = await beginPair();
});
afterAll(() => apps.stop());

const withApp = (directory: string, act: (stage: Stage) => Promise<unknown>) =>
  apps.inTurn(({ start }) => withStep(directory, act, { start }));

it.concurrent.each(Object.keys(patches))('%s', { timeout: patience }, async (name) => {
  const { directory, remove } = await broken(patches[name] ?? '', name);
  const chosen = names.includes(name) ? ofChapter4 : ofChapter6;
  const outcomes = await withApp(directory, (stage) => attackAll(stage, chosen)).finally(remove);
  const stopped = Object.fromEntries(chosen.map((attack) => [attack.name, 'stopped']));
  expect(outcomes).toEqual({ ...stopped, [name]: 'got through' });
});

it('says that a rename or a deletion fails for Ada herself, and goes on', { timeout: patience }, async () => {
  const look = async (stage: Stage) => {
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
  };
  await withApp(path.join(examples, 'express/6-manage'), look);
});

let copy: string;
beforeAll(async () => {
  copy = await mkdtemp(path.join(tmpdir(), 'guide-'));
  await symlink(path.join(examples, '../node_modules'), path.join(copy, 'node_modules'));
  await cp(path.join(examples, 'express/6-manage'), path.join(copy, 'app'), { recursive: true });
});
afterAll(() => rm(copy, { recursive: true, force: true }));

/** The table of chapter 2: what to write where ids are numbers. `…` stands for anything. */
const rows = readFileSync(path.join(guide, '2-create.md'), 'utf8').matchAll(
  /^\| \d \| `(.+?)` \| `(.+?)` \|$/gm,
);

it('has ids that are numbers, as chapter 2 says', async () => {
  await change('users.js', "'6f1b0c1e-52a5-4f0e-9d55-0a6f8d7f4b11'", '1');
  await change('users.js', "'c0a4de47-3c5b-4b0c-8f7e-5b1d2e9a7c22'", '2');
  const pairs = [...rows];
  expect(pairs).toHaveLength(5);
  for (const [, from = '', to = ''] of pairs) {
    const file = from.startsWith('userById') ? 'server.js' : 'passkeys.js';
    const text = await readFile(path.join(copy, 'app', file), 'utf8');
    const [whole = '', inner = ''] =
      new RegExp(from.replaceAll(/[.()]/g, String.raw`\$&`).replace('…', '(.*)')).exec(text) ?? [];
    await change(file, whole || from, to.replace('…', inner));
  }
});

/** Ids are numbers here. Were one forgotten, nobody could create a passkey, sign in with it, or see it. */
it('finds that Eve deletes, where nobody can rename', { timeout: patience }, async () => {
  await change('server.js', "'/passkeys/:id/rename'", "'/passkeys/:id/other'");
  await change('manage.js', '!passkeys.some((passkey) => passkey.id === id)', 'false');
  const chosen = attacks.filter(({ name }) => name.startsWith('foreign-'));
  const look = async (stage: Stage) => {
    const ada = await stage.signedIn(stage.contract.ada);
    const { id } = await stage.owning(ada);
    expect((await ada.get('/')).text).toContain(id);
    expect(await attackAll(stage, chosen)).toEqual({
      'foreign-rename': 'not there',
      'foreign-delete': 'got through',
    });
    const told = detailsOf('got through', stage.exchanges);
    // Eve deletes, and Ada's passkey does not sign in any more.
    expect(told).toMatch(
      /eve +POST \/passkeys\/[\w-]+\/delete -> 303 \/ ← should not delete\n +ada +POST .*sign-in\/start -> 200 .*\n.*sign-in\/finish -> 40\d .*\n.*GET \/ -> 303 \/login\n$/,
    );
    expect(detailsOf('stopped', stage.exchanges)).toBe('');
  };
  await withApp(path.join(copy, 'app'), look);
});

async function change(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(path.join(copy, 'app', file), 'utf8');
  expect(text).toContain(from);
  await writeFile(path.join(copy, 'app', file), text.replace(from, to));
}
