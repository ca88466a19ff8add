/** The numbers that bound things stand once in the code, and in the documentation as they are. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.ts';
import { sourcesOf, withoutComments } from '../support/sources.ts';

const documentation = readFileSync(path.resolve(import.meta.dirname, '../../docs/architecture.md'), 'utf8');
/** "Limits" and "Bounds", the last sections. */
const bounds = documentation.split(/^## Limits$/m)[1] ?? '';
const code = sourcesOf('src', '.ts').map(({ file, text }) => ({ file, text: withoutComments(text) }));

type Amount = number | { points: number; duration: number };

/** Such as "6,000 in 1 min", or "50". */
function words(amount: Amount): string {
  if (typeof amount === 'number') return amount.toLocaleString('en');
  return `${amount.points.toLocaleString('en')} in ${time(amount.duration)}`;
}

function time(seconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3_600],
    ['min', 60],
    ['s', 1],
  ] as const;
  const [unit, size] = units.find(([, size]) => seconds % size === 0) ?? ['s', 1];
  return `${seconds / size} ${unit}`;
}

/** Every name in the text that is followed by an amount, with it. */
function told(text: string): [name: string, amount: string][] {
  const found = text.matchAll(/`(\w+)` ((?:\d{1,3}(?:,\d{3})*)(?: in \d+ (?:min|h|d|s)\b)?)/g);
  return [...found].map(([, name = '', amount = '']) => [name, amount]);
}

describe('the tables of limits and bounds', () => {
  it.each(Object.entries<Amount>(limits))('tell %s as it is', (name, amount) => {
    const amounts = told(bounds).filter(([known]) => known === name);
    expect(amounts.length).toBeGreaterThan(0);
    expect([...new Set(amounts.map(([, words]) => words))]).toEqual([words(amount)]);
  });

  it('tell of no limit that there is not', () => {
    const names = new Set(told(bounds).map(([name]) => name));
    expect([...names].filter((name) => !Object.hasOwn(limits, name))).toEqual([]);
  });
});

describe('the limits', () => {
  it.each(Object.keys(limits))('%s bounds something', (name) => {
    const use = new RegExp(`limits\\.${name}\\b`);
    const users = code.filter(({ file, text }) => file !== 'src/limits.ts' && use.test(text));
    expect(users.length).toBeGreaterThan(0);
  });
});
