/** The built files of public/assets, from the manifest that the build wrote; read once, at start. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as z from 'zod';
import type { ColourScheme, ProviderName } from '../passkeys/providers.ts';

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

/**
 * @param root the project directory
 * @throws {Error} with what to do when nothing has been built
 */
export function loadAssets(root: string): Assets {
  const file = path.join(root, 'public/assets/manifest.json');
  try {
    return manifestSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) as Assets;
  } catch (cause) {
    throw new Error('public/assets is not built: run npm run build', { cause });
  }
}
