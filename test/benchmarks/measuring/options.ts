/** The command line of a benchmark: its options, and what is said where they are not understood. Knows no benchmark. */
import { type ParseArgsConfig, parseArgs } from 'node:util';

type Options = NonNullable<ParseArgsConfig['options']>;

/**
 * The values of the options. With --help, or where something is not understood, the process ends with the usage.
 *
 * @param usage how the command is given
 * @param options each with its default
 */
export function readOptions<Given extends Options>(usage: string, options: Given) {
  const all = { ...options, help: { type: 'boolean', default: false } } as const;
  try {
    const { values } = parseArgs({ options: all });
    if (!(values as { help: boolean }).help) return values;
  } catch (error) {
    return misunderstood((error as Error).message, usage);
  }
  process.stdout.write(`${usage}\n`);
  return process.exit(0);
}

/** A whole number from 1. The process ends with the usage where it is none. */
export function wholeNumber(name: string, value: string, usage: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number > 0) return number;
  return misunderstood(`--${name} is a whole number from 1, and not "${value}".`, usage);
}

/** Ends the process with 2. */
export function misunderstood(sentence: string, usage: string): never {
  process.stderr.write(`${sentence}\n${usage}\n`);
  return process.exit(2);
}

/** What is being done, for whoever waits; not part of the result. */
export function tellProgress(what: string): void {
  process.stderr.write(`${what}…\n`);
}
