import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
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
