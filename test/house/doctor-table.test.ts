import { describe, expect, it } from 'vitest';
import { doctorTables } from '../support/doctor-table.ts';
import { sourcesOf, withoutComments } from '../support/sources.ts';

const source = sourcesOf('src', '.ts')
  .map(({ text }) => withoutComments(text))
  .join('\n');

/** Clauses, since the source puts some sentences together from several of them. */
const clausesOf = (sentence: string) =>
  sentence
    .split(/…|[.:,] ?|can be read but not written/)
    .map((clause) => clause.trim())
    .filter((clause) => clause.length > 10);

/** The rows about settings are tried one by one: test/application/doctor-settings.test.ts. */
const tables = [...doctorTables()].filter(([heading]) => heading !== 'Settings');

describe('what docs/operating.md says that the doctor says', () => {
  it('is there', () => {
    expect(tables.map(([heading, rows]) => [heading, rows.length > 2])).toEqual([
      ['Files', true],
      ['The address, and the proxy in front', true],
      ['Secret keys and the database', true],
      ['The passkey API', true],
      ['Mail', true],
    ]);
  });

  it.each(tables)('is in the source: %s', (_, rows) => {
    const sentences = rows.map(({ sentence }) => sentence);
    expect(sentences.flatMap(clausesOf).filter((clause) => !source.includes(clause))).toEqual([]);
  });
});
