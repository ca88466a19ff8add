/** An app that lets people delete passkeys and not rename them is tried as well, and so found out. */
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { examples } from './attack/step-directory.ts';
import { attacks } from './attack/suite.ts';
import { attackStep } from './support/attacked.ts';

let copy: string;
beforeAll(async () => {
  copy = await mkdtemp(path.join(tmpdir(), 'guide-'));
  await symlink(path.join(examples, '../node_modules'), path.join(copy, 'node_modules'));
  await cp(path.join(examples, 'express/6-manage'), path.join(copy, 'app'), { recursive: true });
});
afterAll(() => rm(copy, { recursive: true, force: true }));

it('finds that Eve deletes, where nobody can rename', async () => {
  await change('server.js', "'/passkeys/:id/rename'", "'/passkeys/:id/other'");
  await change('manage.js', '!passkeys.some((passkey) => passkey.id === id)', 'false');
  const chosen = attacks.filter(({ name }) => name.startsWith('foreign-'));
  expect(await attackStep(path.join(copy, 'app'), chosen)).toEqual({
    'foreign-rename': 'not there',
    'foreign-delete': 'got through',
  });
});

async function change(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(path.join(copy, 'app', file), 'utf8');
  expect(text).toContain(from);
  await writeFile(path.join(copy, 'app', file), text.replace(from, to));
}
