/**
 * What a million people cost: npm run benchmark:scale [-- --people N --few N --swept N --database sqlite,postgres --rounds N --json]
 * The same application on a database with few people, sessions and passkeys and on one with many, in the same rounds;
 * and how long a statement waits for a sweep.
 * docs/benchmarks.md says what the rows mean.
 */
import { misunderstood, readOptions, tellProgress, wholeNumber } from './measuring/options.ts';
import { print, type Row, rowOf } from './measuring/report.ts';
import { type Databases, kinds } from './scale/databases.ts';
import { startPopulated } from './scale/population.ts';
import { type SequentialLoad, spend } from './scale/sequential-load.ts';
import { measureSweep, type Swept } from './scale/sweep.ts';

const usage =
  'npm run benchmark:scale [-- --people N --few N --swept N --database sqlite,postgres --rounds N --json]';
const options = readOptions(usage, {
  people: { type: 'string', default: '1000000' },
  few: { type: 'string', default: '1000' },
  swept: { type: 'string', default: '100000' },
  database: { type: 'string', default: 'sqlite,postgres' },
  rounds: { type: 'string', default: '15' },
  json: { type: 'boolean', default: false },
});
const people = wholeNumber('people', options.people, usage);
const few = wholeNumber('few', options.few, usage);
const sessions = wholeNumber('swept', options.swept, usage);
const rounds = wholeNumber('rounds', options.rounds, usage);
if (people < few) misunderstood('--people is not less than --few.', usage);
const asked = options.database.split(',');
if (!asked.every((kind) => kind in kinds))
  misunderstood(`--database is one or more of ${Object.keys(kinds)}, with commas.`, usage);
const began = performance.now();

type Compared = { rows: Row[]; notes: string[]; swept: Swept };
const reports: Record<string, Compared> = {};
for (const kind of asked) reports[kind] = await compare(kind);
const all = Object.values(reports);
const rows = all.flatMap((one) => one.rows);
const notes = all.flatMap((one) => one.notes);
const swept = Object.fromEntries(Object.entries(reports).map(([kind, one]) => [kind, one.swept]));
print({ rows, rounds, notes, swept, seconds: (performance.now() - began) / 1_000 }, options.json);

async function compare(kind: string): Promise<Compared> {
  const databases = await (kinds[kind] as () => Promise<Databases>)();
  const ending = [databases.remove];
  try {
    // First, while nothing else runs.
    tellProgress(`${kind}: sweeping ${sessions} sessions`);
    const swept = await measureSweep(await databases.create('swept'), sessions);
    tellProgress(`${kind}: filling a database with ${few} of each, and one with ${people}`);
    const small = await startPopulated(await databases.create('few'), few);
    ending.push(small.stop);
    const startedAt = performance.now();
    const large = await startPopulated(await databases.create('many'), people);
    ending.push(large.stop);
    const seconds = (performance.now() - startedAt) / 1_000;
    tellProgress(`${kind}: measuring in ${rounds} rounds`);
    const rows = [
      ...(await rowsOf(`${kind}: dashboard`, small.days.dashboard, large.days.dashboard)),
      ...(await rowsOf(`${kind}: activity page`, small.days.activity, large.days.activity)),
      ...(await rowsOf(`${kind}: passkey sign-in`, small.days.passkey, large.days.passkey)),
    ];
    const filled = `${kind}: ${people} of each were there after ${seconds.toFixed(0)} s`;
    return { rows, notes: [filled, `${kind}: ${sentenceOf(swept)}`], swept };
  } finally {
    for (const end of ending.reverse()) await end();
  }
}

/** With many people, divided by the same with few. */
async function rowsOf(name: string, small: SequentialLoad, large: SequentialLoad): Promise<Row[]> {
  const spent = await spend({ small, large }, rounds);
  const clock = (of: keyof typeof spent) => spent[of].map((one) => one.clock);
  const cpu = (of: keyof typeof spent) => spent[of].map((one) => one.cpu);
  return [
    ...rowOf(`${name}, clock`, 'ms', clock('large'), clock('small')),
    ...rowOf(`${name}, CPU`, 'µs', cpu('large'), cpu('small')),
  ];
}

function sentenceOf({ rows, seconds, waits }: Swept): string {
  const [median, p99, longest] = [waits.median, waits.p99, waits.longest].map((ms) => ms.toFixed(1));
  const swept = `${rows} sessions were swept in ${seconds.toFixed(0)} s`;
  return `${swept}; of ${waits.statements} statements meanwhile half waited ${median} ms, 99 of 100 at most ${p99}, the slowest ${longest}`;
}
