import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { heldFile } from './sqlite-file.ts';

let directory: string;
let file: string;
let isStillThere: () => void;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'latchkey-test-'));
  file = path.join(directory, 'app.sqlite');
  for (const ending of ['', '-wal', '-shm']) writeFileSync(file + ending, 'held');
  isStillThere = heldFile(file);
});
afterEach(() => {
  for (const place of [directory, `${directory}-elsewhere`]) rmSync(place, { recursive: true, force: true });
});

const moved = (): void => renameSync(directory, `${directory}-elsewhere`);

describe('the file that was opened', () => {
  it('is still there, also when it is written to', () => {
    writeFileSync(file, 'written');
    expect(isStillThere).not.toThrow();
  });

  it.each<[what: string, happens: () => void, words: RegExp]>([
    ['was deleted', () => rmSync(file), /app\.sqlite is gone/],
    ['was renamed', () => renameSync(file, `${file}.old`), /is gone/],
    ['lies in a directory that was moved', moved, /is gone/],
    [
      'was replaced',
      () => {
        writeFileSync(`${file}.backup`, 'held');
        renameSync(`${file}.backup`, file);
      },
      /is not the file that was opened/,
    ],
    ['has lost its log', () => rmSync(`${file}-wal`), /app\.sqlite-wal was removed/],
    ['has lost the index of its log', () => rmSync(`${file}-shm`), /app\.sqlite-shm was removed/],
  ])('is missed when it %s', (_, happens, words) => {
    happens();
    expect(isStillThere).toThrow(words);
    expect(isStillThere).toThrow(expect.objectContaining({ code: 'SQLITE_READONLY_DBMOVED' }));
  });

  it('is taken again when it was put back', () => {
    moved();
    expect(isStillThere).toThrow();
    renameSync(`${directory}-elsewhere`, directory);
    expect(isStillThere).not.toThrow();
  });
});
