/**
 * `npm run chores -- COMMAND`: what an operator does by hand. Understands what was typed; the chores are in their list.
 * Must not know the process: what it reads and prints is handed in.
 */
import type { Environment } from '../config-schema.ts';
import { type Chore, type Streams, say } from './chore.ts';
import { list } from './list.ts';

/**
 * Does one chore.
 *
 * @param args what was typed: the name of a chore and what it takes; nothing is `help`
 * @param environment settings in place of those of the process and of `.env`
 * @returns the exit code: 0, 1 when it was refused or something is wrong, 2 when it was not asked properly
 */
export async function chores(args: string[], streams: Streams, environment?: Environment): Promise<number> {
  const { name, given, help, options } = understood(args);
  const chore = Object.hasOwn(list, name) ? list[name] : undefined;
  if (name === 'help') return say(streams, usage());
  if (!chore) return misunderstood(streams, `There is no command "${name}".\n\n${usage()}`);
  if (help) return say(streams, usageOf(name, chore));
  if (chore.takes.length !== given.length || options.some((option) => option !== chore.option))
    return misunderstood(streams, usageOf(name, chore));
  const [print, json] = [options.includes('--print'), options.includes('--json')];
  return chore.run({ given, print, json, streams, environment });
}

/** Not by `parseArgs`: the id of a passkey may begin with a hyphen, and is no option then. */
function understood(args: string[]) {
  const isHelp = (text: string) => ['--help', '-h'].includes(text);
  const isOption = (text: string) => ['--print', '--json'].includes(text);
  const [name = 'help', ...given] = args.filter((text) => !isHelp(text) && !isOption(text));
  return { name, given, help: args.some(isHelp), options: args.filter(isOption) };
}

function usage(): string {
  const lines = Object.entries(list).map(
    ([name, chore]) => `  ${synopsis(name, chore)}\n      ${chore.does}`,
  );
  return `Usage: npm run chores -- COMMAND\n\n${lines.join('\n')}\n`;
}

function usageOf(name: string, chore: Chore): string {
  const script = ['npm run', name, ...(chore.takes.length > 0 ? ['--', ...chore.takes] : [])].join(' ');
  const calls = [`npm run chores -- ${synopsis(name, chore)}`, ...(chore.script ? [script] : [])];
  return `Usage: ${calls.join('\n   or: ')}\n\n  ${chore.does}\n`;
}

function synopsis(name: string, { takes, option }: Chore): string {
  return [name, ...takes, ...(option ? [`[${option}]`] : [])].join(' ');
}

function misunderstood({ stderr }: Streams, text: string): number {
  stderr.write(`${text}\n`);
  return 2;
}
