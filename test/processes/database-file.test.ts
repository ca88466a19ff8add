/** A start on a file that is no database. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { endProcesses, startServerProcess } from '../support/process.ts';

afterEach(endProcesses);

describe('a database file that is none', { timeout: 60_000 }, () => {
  it('ends the start with a sentence, and stays as it is', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'latchkey-test-'));
    const file = path.join(directory, 'letter.sqlite');
    const content = 'This is a letter, not a database. '.repeat(100);
    await writeFile(file, content);
    const running = await startServerProcess({ databaseUrl: `sqlite:${file}` });
    expect(await running.ended).toEqual({ code: 1, signal: null });
    expect(running.output()).toMatch(/^The database cannot be used: .*not a database$/m);
    expect(running.output()).not.toContain('    at ');
    expect(await readFile(file, 'utf8')).toBe(content);
    await rm(directory, { recursive: true });
  });
});
