/** An app that lets people delete passkeys and not rename them is tried as well, and so found out. */
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { detailsOf } from './attack/report.ts';
import { examples } from './attack/step-directory.ts';
import { attackAll, attacks } from './attack/suite.ts';
import { withStep } from './support/attacked.ts';

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
  await withStep(path.join(copy, 'app'), async (stage) => {
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
