/**
 * What people do one after the other, by the clock and by the CPU of the application: the clock also knows the work of a
 * database server, and others on the machine disturb the CPU less.
 */
import type { MeasuredProcess } from '../measuring/measured-process.ts';
import { inTurn, quantile } from '../measuring/rounds.ts';

export type SequentialLoad = {
  server: MeasuredProcess;
  /** How often in one round. */
  times: number;
  send: (n: number) => Promise<unknown>;
};

/** @property clock milliseconds of one time, in the median. @property cpu microseconds of each time, on average */
type Spent = { clock: number; cpu: number };

/** Programs are compiled while they run, and a database is read into memory while it is asked. */
const warmUps = 6;

export function spend<Name extends string>(days: Record<Name, SequentialLoad>, rounds: number) {
  return inTurn(days, spentOn, rounds, warmUps);
}

async function spentOn({ server, times, send }: SequentialLoad): Promise<Spent> {
  const waited: number[] = [];
  const before = await server.usage();
  for (let n = 0; n < times; n++) {
    const askedAt = performance.now();
    await send(n);
    waited.push(performance.now() - askedAt);
  }
  const { cpu } = await server.usage();
  return { clock: quantile(waited, 0.5), cpu: (cpu - before.cpu) / times };
}
