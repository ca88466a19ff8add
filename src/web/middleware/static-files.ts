/**
 * The built files, from memory: an explicit list, precompressed, named by their content and therefore immutable.
 * Comes before session and database, so that a file costs neither.
 */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Assets } from '../http/assets.ts';
import type { AppMiddleware } from '../http/context.ts';
import { type Encoding, sendEncoded } from '../http/encoding.ts';

const suffixes: Record<Encoding, string> = { br: '.br', gzip: '.gz', identity: '' };

/**
 * Answers GET and HEAD of built files in the smallest encoding that is taken; everything else goes on.
 *
 * @param root the project directory
 */
export function staticFiles(root: string, assets: Assets): AppMiddleware {
  const files = new Map(
    Object.values(assets).map((asset) => [
      asset.path,
      { type: asset.type, bodies: readBodies(root, asset.path) },
    ]),
  );
  return (ctx, next) => {
    const file = files.get(ctx.path);
    if (!file || (ctx.method !== 'GET' && ctx.method !== 'HEAD')) return next();
    ctx.set('Cache-Control', 'public, max-age=31536000, immutable');
    ctx.type = file.type;
    sendEncoded(ctx, file.bodies);
    return Promise.resolve();
  };
}

function readBodies(root: string, assetPath: string): Map<Encoding, Buffer> {
  const file = path.join(root, 'public', assetPath);
  const found = (Object.keys(suffixes) as Encoding[]).filter((encoding) =>
    existsSync(file + suffixes[encoding]),
  );
  return new Map(found.map((encoding) => [encoding, readFileSync(file + suffixes[encoding])]));
}
