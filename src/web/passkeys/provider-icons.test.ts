import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { icons } from '@iconify-json/simple-icons';
import { authenticatorMetadata } from '@passwordless-id/webauthn/dist/esm/authenticatorMetadata.js';
import { Eta } from 'eta';
import { describe, expect, it } from 'vitest';
import { brand } from '../../brand.ts';
import { contrast } from '../../contrast.ts';
import { loadAssets } from '../http/assets.ts';
import { createProviderIcons } from './provider-icons.ts';
import { iconFile, type ProviderName, providerEntries } from './providers.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const assets = loadAssets(root);
const iconOf = createProviderIcons(assets);
const schemes = ['light', 'dark'] as const;

/** What an icon may stand on, in the light and in the dark: the values of the stylesheet and the brand. */
async function backgrounds(scheme: (typeof schemes)[number]): Promise<string[]> {
  const [light = '', dark = ''] = (await readFile(path.join(root, 'public/styles.css'), 'utf8')).split(
    'prefers-color-scheme: dark',
  );
  const rules = scheme === 'light' ? light : dark;
  const own = ['card', 'paper'].map((name) => new RegExp(`--${name}: (#\\w+);`).exec(rules)?.[1] ?? '');
  return [...own, brand.colours[scheme].tint];
}

describe.each(providerEntries)('the icon of %s', (name, { models, brand, ...colours }) => {
  it('belongs to models that there are, and is a sign that may be drawn', () => {
    const known = Object.entries(authenticatorMetadata).filter(([, model]) => models.test(model));
    expect(known.length).toBeGreaterThan(0);
    if (brand) expect(icons.icons[brand]).toMatchObject({ body: expect.stringContaining('currentColor') });
    // Hidden are those that a brand has taken back.
    if (brand) expect(icons.icons[brand]?.hidden).toBeUndefined();
  });

  it.each(schemes)('is built for %s pages, in one colour that can be seen there', async (scheme) => {
    const drawn = await readFile(path.join(root, 'public', assets[iconFile(name, scheme)].path), 'utf8');
    expect(drawn).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 24 24".*<\/svg>$/s);
    expect(drawn.match(/#[0-9a-f]{6}/gi)).toEqual([colours[scheme]]);
    expect(drawn).not.toMatch(/currentColor|undefined|script|href/);
    for (const background of await backgrounds(scheme)) {
      expect(contrast(colours[scheme], background), background).toBeGreaterThanOrEqual(3);
    }
  });
});

const known: [aaguid: string, provider: ProviderName][] = [
  ['fbfc3007-154e-4ecc-8c0b-6e020557d7bd', 'icloud'],
  ['dd4ec289-e01d-41c9-bb89-70fa845d4bf2', 'icloud'],
  ['ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4', 'google'],
  ['adce0002-35bc-c60a-648b-0b25f1f05503', 'chrome'],
  ['bada5566-a7aa-401f-bd96-45619a55120d', '1password'],
  ['d548826e-79b4-db40-a3d8-11116f7e8349', 'bitwarden'],
  ['531126d6-e717-415c-9320-3d9aa6981239', 'dashlane'],
  ['0ea242b4-43c4-4a1b-8b17-dd6d0b6baec6', 'keeper'],
  ['b78a0a55-6ef8-d246-a042-ba0f6d55050c', 'lastpass'],
  ['50726f74-6f6e-5061-7373-50726f746f6e', 'proton'],
  ['fdb141b2-5d84-443e-8a35-4698c205a502', 'keepassxc'],
  ['f3809540-7f14-49c1-a8b3-8f813b225541', 'enpass'],
  ['fa2b99dc-9e39-4257-8f92-4a30d23c4118', 'yubico'],
  ['a4e9fc6d-4cbe-4758-b8ba-37598bb5bbaa', 'yubico'],
  ['08987058-cadc-4b81-b6e1-30de50dcbe96', 'computer'],
  ['9ddd1817-af5a-4672-a2b9-3e3dd95000a9', 'computer'],
  ['6028b017-b1d4-4c02-b4b3-afcdafc96bb2', 'computer'],
  ['771b48fd-d3d4-4f74-9232-fc157ab0507a', 'computer'],
  ['53414d53-554e-4700-0000-000000000000', 'phone'],
  ['42b4fb4a-2866-43b2-9bf7-6c6669c2e5d3', 'security-key'],
];

describe('a passkey', () => {
  it.each(known)('of %s has the icon of %s', (aaguid, provider) => {
    expect(iconOf(aaguid)).toEqual({
      light: assets[iconFile(provider, 'light')].path,
      dark: assets[iconFile(provider, 'dark')].path,
    });
  });

  it.each([
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-0000-0000-0000-000000000000',
    '',
    'constructor',
  ])('of the unknown model %j has none', (aaguid) => {
    expect(iconOf(aaguid)).toBeNull();
  });
});

describe('the picture', () => {
  const eta = new Eta({ views: path.join(root, 'views') });
  const picture = (icon: unknown) => eta.render('/partials/provider-icon', { icon });

  it('has a size before it is loaded, no words of its own, and a source for the dark', () => {
    const { light, dark } = iconOf('bada5566-a7aa-401f-bd96-45619a55120d') ?? {};
    expect(picture({ light, dark }).trim()).toBe(
      `<picture><source media="(prefers-color-scheme: dark)" srcset="${dark}">` +
        `<img class="provider" src="${light}" alt="" width="24" height="24"></picture>`,
    );
  });

  it('is a drawing of a passkey when nobody knows who keeps it', () => {
    expect(picture(null).trim()).toMatch(/^<svg class="icon".*<\/svg>$/);
  });
});
