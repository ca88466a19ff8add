/** Writes the generated parts of the documents in docs/security: `npm run docs:asvs`. */
import { writeFileSync } from 'node:fs';
import { documents } from './documents.ts';

for (const { file, generated } of documents()) writeFileSync(file, generated);
