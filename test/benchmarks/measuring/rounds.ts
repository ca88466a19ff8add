/**
 * Loads in rounds, each in every round and in turn from the front and from the back, so that what else happens on the
 * machine happens to all of them; and what the rounds say together. Knows numbers, and not what they are of.
 */
import { repeat } from './client.ts';
import type { MeasuredProcess } from './measured-process.ts';

/**
 * @property times how often something is done in one round
 * @property warmUps rounds before those that count: programs are compiled while they run, the most used parts at last
 */
export type Amount = { times: number; atOnce: number; warmUps: number };

/** Work for a server. */
export type Load = Amount & {
  server: MeasuredProcess;
  /** Does it once. @param n how often it was begun before in this round */
  send: (n: number) => Promise<unknown>;
  /** Before a round and after it, and not measured. */
  prepare?: () => Promise<unknown>;
  after?: () => Promise<unknown>;
};

/** What each round has measured, by the name of the load. */
export type Samples<Name extends string, Measured = number> = Record<Name, Measured[]>;

/** Median, first and third quartile. */
export type Spread = { median: number; low: number; high: number };

/** @returns microseconds of CPU of the server for each time that something was done */
export async function cpuOf(loads: Record<string, Load>, rounds: number): Promise<Samples<string>> {
  for (const load of Object.values(loads)) for (let n = 0; n < load.warmUps; n++) await cpuFor(load);
  return inTurn(loads, cpuFor, rounds);
}

/** @param measure of one load; its results in the first `warmUps` rounds are not kept */
export async function inTurn<Name extends string, What, Measured>(
  subjects: Record<Name, What>,
  measure: (subject: What) => Promise<Measured>,
  rounds: number,
  warmUps = 0,
): Promise<Samples<Name, Measured>> {
  const entries = Object.entries(subjects) as [Name, What][];
  const samples = Object.fromEntries(entries.map(([name]) => [name, []])) as unknown as Samples<
    Name,
    Measured
  >;
  for (let round = -warmUps; round < rounds; round++) {
    for (const [name, subject] of round % 2 === 0 ? entries : entries.toReversed()) {
      const measured = await measure(subject);
      if (round >= 0) samples[name].push(measured);
    }
  }
  return samples;
}

async function cpuFor({ server, times, atOnce, send, prepare, after }: Load): Promise<number> {
  await prepare?.();
  const before = await server.usage();
  await repeat(times, atOnce, send);
  const { cpu } = await server.usage();
  await after?.();
  return (cpu - before.cpu) / times;
}

export function spreadOf(values: readonly number[]): Spread {
  return { median: quantile(values, 0.5), low: quantile(values, 0.25), high: quantile(values, 0.75) };
}

/** Of two that were measured in the same rounds: the ratios of each round. */
export function ratioOf(one: readonly number[], other: readonly number[]): Spread {
  return spreadOf(one.map((value, round) => value / (other[round] ?? Number.NaN)));
}

/** With linear interpolation between the two values nearest to it. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const place = (sorted.length - 1) * part;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}

/** The one whose turn it is; after the last comes the first. */
export function nth<What>(list: readonly What[], n: number): What {
  return list[n % list.length] as What;
}
