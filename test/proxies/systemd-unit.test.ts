/** The units of docs/deployment, as systemd itself reads them. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { root } from '../support/built.ts';
import { installed } from './support/installed.ts';

const programs = [installed('systemd-analyze')].filter((found) => found !== null);

describe.each(programs)('the units, by %s', (program) => {
  it('have nothing that systemd does not know, and leave each process little', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'latchkey-unit-'));
    const source = path.join(root, 'docs/deployment');
    const names = (await readdir(source)).filter((name) => /\.(service|timer)$/.test(name));
    const units = names.map((name) => path.join(directory, name));
    for (const [place, name] of names.entries()) {
      const text = await readFile(path.join(source, name), 'utf8');
      // The program of this machine: systemd looks whether it is there.
      await writeFile(units[place] as string, text.replace('/usr/bin/node', process.execPath));
    }
    expect(names).toEqual(['latchkey-backup.service', 'latchkey-backup.timer', 'latchkey.service']);
    const verified = await promisify(execFile)(program, ['verify', ...units]);
    expect([verified.stdout, verified.stderr]).toEqual(['', '']);
    // Of 100; a unit that says nothing has 96.
    for (const service of units.filter((unit) => unit.endsWith('.service')))
      await promisify(execFile)(program, ['security', '--offline=true', '--threshold=20', service]);
    await rm(directory, { recursive: true });
  });
});
