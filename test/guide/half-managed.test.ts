/** An app that lets people delete passkeys and not rename them is tried as well, and so found out. */
import { readFileSync } from 'node:fs';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { detailsOf } from './attack/report.ts';
import { examples } from './attack/step-directory.ts';
import { attackAll, attacks } from './attack/suite.ts';
import { guide } from './cutting.ts';
import { withStep } from './support/attacked.ts';

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
it('finds that Eve deletes, where nobody can rename', async () => {
  await change('server.js', "'/passkeys/:id/rename'", "'/passkeys/:id/other'");
  await change('manage.js', '!passkeys.some((passkey) => passkey.id === id)', 'false');
  const chosen = attacks.filter(({ name }) => name.startsWith('foreign-'));
  await withStep(path.join(copy, 'app'), async (stage) => {
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
  });
});

async function change(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(path.join(copy, 'app', file), 'utf8');
  expect(text).toContain(from);
  await writeFile(path.join(copy, 'app', file), text.replace(from, to));
}
