import { expect, it } from 'vitest';
import { runChore } from '../support/chores.ts';
import { doctorTables, patternOf } from '../support/doctor-table.ts';

const rows = doctorTables().get('Settings') ?? [];

/** `NAME=value NAME=value`, as the table writes it. */
const environmentOf = (cause: string) =>
  Object.fromEntries(
    cause
      .replaceAll('`', '')
      .split(/ (?=[A-Z_]+=)/)
      .map((setting) => [setting.slice(0, setting.indexOf('=')), setting.slice(setting.indexOf('=') + 1)]),
  );

it('the table of settings has rows', () => {
  expect(rows.length).toBeGreaterThan(20);
});

it.each(rows)('the doctor says of $cause what docs/operating.md says', async ({ cause, sentence }) => {
  const { DATABASE_URL: databaseUrl = 'sqlite:data/none.sqlite', ...env } = environmentOf(cause);
  const { code, out, err } = await runChore(['doctor'], { databaseUrl, env });
  expect([code, out]).toEqual([1, '']);
  const said = err.split('\n').map((line) => line.replace('  - ', ''));
  expect(said.filter((line) => patternOf(sentence).test(line))).toHaveLength(1);
});
