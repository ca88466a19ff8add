/** Whatever is stored is in the table of bounds, so that nobody adds a table that grows for ever without saying so. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { createTestDatabase } from '../../support/database.ts';
import { tablesOf } from '../../support/tables.ts';

const documentation = readFileSync(
  path.resolve(import.meta.dirname, '../../../docs/architecture.md'),
  'utf8',
);

it('every table of the database is in the documentation, and no other', async () => {
  const bounds = documentation.split('## Bounds')[1]?.split(/^## /m)[0] ?? '';
  const told = [...bounds.matchAll(/^\| `(\w+)` \|/gm)].map(([, table]) => table);
  const { db, drop } = await createTestDatabase();
  const tables = (await tablesOf(db)).filter((name) => !name.startsWith('knex_migrations'));
  await drop();
  expect(tables.length).toBeGreaterThan(10);
  expect(told.sort()).toEqual(tables.sort());
});
