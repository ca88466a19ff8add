import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { developmentKeys } from './development-keys.ts';

const secret = 'Zk3-fQ9_uT1xW7bL5nV2mC8pR4sD6gH0';
let directory: string;
const file = () => path.join(directory, 'secret-keys');
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'latchkey-keys-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('the keys of development', () => {
  it('are made once, for this user alone, and nothing else is left', async () => {
    const [key, ...others] = developmentKeys(directory);
    expect([key?.length, others]).toEqual([43, []]);
    expect(developmentKeys(directory)).toEqual([key]);
    expect(await readdir(directory)).toEqual(['secret-keys']);
    expect((await stat(file())).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['a line end', `${secret}\r\n`, [secret]],
    ['a byte order mark', `\ufeff${secret}`, [secret]],
    ['a key in front and a comma behind', `${secret}2, ${secret},`, [`${secret}2`, secret]],
  ])('are those of the file with %s', async (_, content, keys) => {
    await writeFile(file(), content);
    expect(developmentKeys(directory)).toEqual(keys);
  });

  it.each([
    ['nothing', ''],
    ['blanks', ' \n\t\n'],
    ['commas', ',,'],
    ['a word', 'sesame'],
    ['a placeholder', 'change-me-change-me-change-me-1234567'],
    ['one character again and again', 'a'.repeat(43)],
    ['a key and an end of one', `${secret},sesame`],
    ['bytes', Buffer.alloc(64)],
    ['UTF-16', Buffer.from(`\ufeff${secret}`, 'utf16le')],
  ])('are not %s, and the file stays', async (_, content) => {
    await writeFile(file(), content);
    expect(() => developmentKeys(directory)).toThrow(
      `SECRET_KEYS is not set, and ${file()} holds no key that can be used: remove the file, and a new key is made`,
    );
    expect(await readFile(file())).toEqual(Buffer.from(content));
  });

  it('are not made for whoever only looks, who hears whether they could be', async () => {
    const place = path.join(directory, 'new');
    expect(developmentKeys(place, false)).toEqual([]);
    await expect(stat(place)).rejects.toThrow('ENOENT');
    const [key = ''] = developmentKeys(place);
    expect(developmentKeys(place, false)).toEqual([key]);
    expect(() => developmentKeys(path.join(place, 'secret-keys'), false)).toThrow(
      /no key can be kept .* \(ENOTDIR\)/,
    );
  });

  it('need a place', async () => {
    await mkdir(file());
    expect(() => developmentKeys(directory)).toThrow(
      `SECRET_KEYS is not set, and no key can be kept in ${file()} (EISDIR): set SECRET_KEYS, or let this user write there`,
    );
    await rm(file(), { recursive: true });
    await writeFile(file(), secret);
    expect(() => developmentKeys(file())).toThrow(/no key can be kept .* \(E(EXIST|NOTDIR)\)/);
  });
});
