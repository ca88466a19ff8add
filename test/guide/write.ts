/** `npm run docs:guide` cuts the blocks of the guide anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { chapters, guide, withBlocks } from './cutting.ts';

for (const chapter of chapters) {
  const file = path.join(guide, chapter);
  writeFileSync(file, withBlocks(readFileSync(file, 'utf8')));
}
