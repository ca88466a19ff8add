/**
 * The built files of public/assets, from the manifest that the build wrote; read once, at start, and compared with what it
 * says of them. Knows no request.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import { SetupFault } from '../../setup-fault.ts';
import { type ColourScheme, iconFile, type ProviderName, providerEntries } from '../passkeys/providers.ts';

const manifestSchema = z.record(
  z.string(),
  z.object({ path: z.string(), integrity: z.string(), type: z.string() }),
);

export type Asset = { path: string; integrity: string; type: string };
type AssetName =
  | 'guest.js'
  | 'account.js'
  | 'styles.css'
  | 'icon.svg'
  | `provider-${ProviderName}-${ColourScheme}.svg`;
/** Built files by their source names, such as `guest.js`. */
export type Assets = Readonly<Record<AssetName, Asset>>;

const names: readonly AssetName[] = [
  'guest.js',
  'account.js',
  'styles.css',
  'icon.svg',
  ...providerEntries.flatMap(([name]) => [iconFile(name, 'light'), iconFile(name, 'dark')]),
];

/**
 * @param root the project directory
 * @throws {SetupFault} with what to do when something is not built, or is not what was built
 */
export function loadAssets(root: string): Assets {
  try {
    const manifest = path.join(root, 'public/assets/manifest.json');
    const assets = manifestSchema.parse(JSON.parse(readFileSync(manifest, 'utf8'))) as Assets;
    for (const name of names) compare(root, assets[name]);
    return assets;
  } catch (cause) {
    throw new SetupFault('public/assets is not built, or not whole: run npm run build', { cause });
  }
}

/** Browsers would refuse what differs, and whoever answers without a file has none for them. */
function compare(root: string, asset: Asset): void {
  const file = path.join(root, 'public', asset.path);
  const integrity = `sha384-${createHash('sha384').update(readFileSync(file)).digest('base64')}`;
  const compressed = ['.br', '.gz'].map((suffix) => readFileSync(file + suffix));
  if (integrity !== asset.integrity || compressed.some(({ length }) => length === 0))
    throw new Error(`${asset.path} is not what was built`);
}
