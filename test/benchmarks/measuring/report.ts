/** What a benchmark has found, as a table for people or as JSON. Knows no benchmark. */
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { root } from '../../support/built.ts';
import { ratioOf, type Spread, spreadOf } from './rounds.ts';

/**
 * One against the other: `ratio` is the one divided by the other, round by round.
 *
 * @property unit of `one` and `other`: how much each was, in the median
 */
export type Row = { name: string; one: number; other: number; unit: 'µs' | 'ms'; ratio: Spread };

/** Of two that were measured in the same rounds; nothing where one of them was not measured at all. */
export function rowOf(name: string, unit: Row['unit'], one: number[] = [], other: number[] = []): Row[] {
  if (one.length === 0 || other.length === 0) return [];
  const ratio = ratioOf(one, other);
  return [{ name, one: spreadOf(one).median, other: spreadOf(other).median, unit, ratio }];
}

export type Report = {
  rows: Row[];
  rounds: number;
  memory?: Record<string, number>;
  notes: string[];
  seconds: number;
  /** More, for programs alone. */
  swept?: object;
};

export function print(report: Report, asJson: boolean): void {
  const text = asJson ? JSON.stringify({ ...machine(), ...report }, null, 2) : table(report);
  process.stdout.write(`${text}\n`);
}

/** Rounds below which quartiles are those of nothing. */
const fewRounds = 4;

function table({ rows, rounds, memory = {}, notes, seconds }: Report): string {
  const { node, processor, commit } = machine();
  const width = Math.max(...rows.map(({ name }) => name.length));
  const head = `${''.padEnd(width)}  ${'ratio'.padStart(6)}  ${'quartiles'.padStart(13)}   medians`;
  const kept = Object.entries(memory).map(([when, megabytes]) => `${when} ${megabytes.toFixed(0)}`);
  return [
    head,
    ...rows.map((row) => line(row, width)),
    ...(kept.length > 0 ? [`memory in MB: ${kept.join(', ')}`] : []),
    ...notes,
    ...(rounds < fewRounds ? [`${rounds} rounds are too few for a spread.`] : []),
    `${seconds.toFixed(0)} s; node ${node}, ${processor}, commit ${commit}`,
  ].join('\n');
}

function line({ name, one, other, unit, ratio }: Row, width: number): string {
  const quartiles = `${digits(ratio.low)} – ${digits(ratio.high)}`;
  const medians = `${digits(one)} / ${digits(other)} ${unit}`;
  return `${name.padEnd(width)}  ${digits(ratio.median).padStart(6)}  ${quartiles.padStart(13)}   ${medians}`;
}

/** Three of them: more would be noise. */
function digits(value: number): string {
  const places = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1)));
  return value.toFixed(Math.min(2, places));
}

function machine() {
  const described = spawnSync('git', ['describe', '--always', '--dirty'], { cwd: root, encoding: 'utf8' });
  const [first] = cpus();
  return {
    commit: described.stdout?.trim() || 'unknown',
    node: process.versions.node,
    processor: `${cpus().length} × ${first?.model.trim()}`,
  };
}
