/** Writes docs/words.md: npm run docs:words */
import { writeFileSync } from 'node:fs';
import { wordsDocument, wordsFile } from './document.ts';

writeFileSync(wordsFile, wordsDocument());
