import { describe, expect, it } from 'vitest';
import { migrationSource } from '../../src/db/migrations.ts';
import { sourcesOf } from '../support/sources.ts';

const files = sourcesOf('migrations', '.ts').map(({ file }) => file.replace(/^migrations\/|\.ts$/g, ''));

describe('the list of migrations', () => {
  it('has every file of the directory, and no other, in the order of their names', async () => {
    expect(await migrationSource.getMigrations([])).toEqual(files.sort());
  });

  it('has only names of one form: fourteen digits, a verb and a noun', () => {
    for (const file of files) expect(file).toMatch(/^\d{14}_[a-z]+(_[a-z]+)+$/);
  });

  it('leads to the file of the same name, which can go both ways', async () => {
    for (const file of files) {
      const listed = await migrationSource.getMigration(file);
      const own = await import(`../../migrations/${file}.ts`);
      expect(listed).toBe(own);
      expect([typeof listed.up, typeof listed.down]).toEqual(['function', 'function']);
    }
  });
});
