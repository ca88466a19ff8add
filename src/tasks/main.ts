/** The process of `npm run chores`: hands over what was typed, and ends with the code that comes back. */
import { keepFilesPrivate } from '../start.ts';
import { chores } from './chores.ts';

keepFilesPrivate();
// Whoever has read enough, such as `head`, goes: the chore is done to its end, and nothing is wrong.
process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
  if (code === 'EPIPE') return;
  process.stderr.write(`Not all of the answer could be printed: ${message}\n`);
  process.exitCode = 1;
});
process.stderr.on('error', () => {});

const code = await chores(process.argv.slice(2), process);
process.exitCode ||= code;
