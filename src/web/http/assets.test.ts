import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { loadAssets } from './assets.ts';

const root = path.resolve(import.meta.dirname, '../../..');

it('[ASVS 3.6.1] each built file is what its integrity says and is named by its content', async () => {
  const assets = loadAssets(root);
  const names = Object.keys(assets).filter((name) => !name.startsWith('provider-'));
  expect(names.sort()).toEqual(['account.js', 'guest.js', 'icon.svg', 'styles.css']);
  for (const asset of Object.values(assets)) {
    const content = await readFile(path.join(root, 'public', asset.path));
    expect(asset.integrity).toBe(`sha384-${createHash('sha384').update(content).digest('base64')}`);
    expect(asset.path).toContain(createHash('sha256').update(content).digest('hex').slice(0, 12));
  }
});

it.each(['', '{', '{"guest.js":{"path":1}}'])(
  'says what to do when the manifest is %j or missing',
  async (manifest) => {
    const directory = await mkdtemp(path.join(tmpdir(), 'latchkey-assets-'));
    try {
      expect(() => loadAssets(directory)).toThrow('run npm run build');
      await mkdir(path.join(directory, 'public/assets'), { recursive: true });
      await writeFile(path.join(directory, 'public/assets/manifest.json'), manifest);
      expect(() => loadAssets(directory)).toThrow('run npm run build');
    } finally {
      await rm(directory, { recursive: true });
    }
  },
);

it.each([
  ['a manifest of nothing', 'manifest.json', '{}'],
  ['a script that is empty', 'guest.js', ''],
  ['a stylesheet of which only the beginning was written', 'styles.css', 'body {'],
  ['an icon that is gone', 'provider-yubico-dark.svg', null],
])('takes no %s for a build', async (_, name, content) => {
  const directory = await mkdtemp(path.join(tmpdir(), 'latchkey-assets-'));
  try {
    await cp(path.join(root, 'public/assets'), path.join(directory, 'public/assets'), { recursive: true });
    const assets: Record<string, { path: string }> = loadAssets(directory);
    const file = path.join(directory, 'public', assets[name]?.path ?? 'assets/manifest.json');
    if (content === null) await rm(file);
    else await writeFile(file, content);
    expect(() => loadAssets(directory)).toThrow('run npm run build');
  } finally {
    await rm(directory, { recursive: true });
  }
});
