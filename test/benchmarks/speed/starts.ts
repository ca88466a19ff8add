/** How long a process takes until it has answered its first page, by the clock: people wait for a start, not for a core. */
import { type Program, startMeasured } from '../measuring/measured-process.ts';
import { inTurn } from '../measuring/rounds.ts';

/** @returns milliseconds of each start; one before them has the files read once */
export function timeStarts<Name extends string>(programs: Record<Name, Program>, starts: number) {
  return inTurn(programs, timeOf, starts, 1);
}

async function timeOf(program: Program): Promise<number> {
  const server = await startMeasured(program);
  await server.stop();
  return server.startedIn;
}
