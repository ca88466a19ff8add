/** The process of `npm run chores`: hands over what was typed, and ends with the code that comes back. */
import { chores } from './chores.ts';

process.exitCode = await chores(process.argv.slice(2), process);
