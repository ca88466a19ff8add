/** The unit of docs/deployment, as systemd itself reads it. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { root } from '../support/built.ts';
import { installed } from './support/installed.ts';

const programs = [installed('systemd-analyze')].filter((found) => found !== null);

describe.each(programs)('the unit, by %s', (program) => {
  it('has nothing that systemd does not know, and leaves the process little', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'latchkey-unit-'));
    const unit = path.join(directory, 'latchkey.service');
    const text = await readFile(path.join(root, 'docs/deployment/latchkey.service'), 'utf8');
    // The program of this machine: systemd looks whether it is there.
    await writeFile(unit, text.replace('/usr/bin/node', process.execPath));
    const verified = await promisify(execFile)(program, ['verify', unit]);
    expect([verified.stdout, verified.stderr]).toEqual(['', '']);
    // Of 100; a unit that says nothing has 96.
    await promisify(execFile)(program, ['security', '--offline=true', '--threshold=20', unit]);
    await rm(directory, { recursive: true });
  });
});
