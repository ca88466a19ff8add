import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseEnvFile, readEnvFile } from './env-file.ts';

const text = '# written by an editor: é\nNODE_ENV=production\nPORT=8080\n';
const meant = { NODE_ENV: 'production', PORT: '8080' };
const bytes = (content: string, encoding: BufferEncoding = 'utf8') => Buffer.from(content, encoding);
const swapped = (content: string) => bytes(content, 'utf16le').swap16();
const mark = '\ufeff';

describe('the file .env', () => {
  it.each([
    ['UTF-8', bytes(text)],
    [
      'UTF-8 with a byte order mark, and the setting in the first line',
      bytes(mark + text.slice(text.indexOf('NODE_ENV'))),
    ],
    ['UTF-16 of PowerShell', bytes(mark + text, 'utf16le')],
    ['UTF-16, the other way round', swapped(mark + text)],
    ['line ends of Windows', bytes(text.replaceAll('\n', '\r\n'))],
    ['line ends of old Macs', bytes(text.replaceAll('\n', '\r'))],
    ['no line end at the end', bytes(text.trimEnd())],
  ])('is read in %s', (_, content) => {
    expect(parseEnvFile(content)).toEqual({ values: meant, faults: [] });
  });

  it.each([
    ['UTF-16 without a mark', bytes(text, 'utf16le')],
    ['UTF-16 without a mark, the other way round', swapped(text)],
    ['UTF-16 that breaks off', bytes(mark + text, 'utf16le').subarray(0, -1)],
    ['UTF-32', Buffer.concat([bytes('\xff\xfe\0\0', 'latin1'), bytes('N\0\0\0=\0\0\x001\0\0\0', 'latin1')])],
    ['Latin-1', bytes(text, 'latin1')],
    ['zero bytes', bytes(`${text}\0\0\0`)],
    ['line ends that only some take for one', bytes('# a comment\u2028NODE_ENV=production\n')],
  ])('is refused in %s, with what to do', (_, content) => {
    expect(parseEnvFile(content)).toEqual({
      values: {},
      faults: ['.env is not text in UTF-8: save it anew as UTF-8'],
    });
  });

  it.each([
    ['export NAME=value', 'value'],
    ['  NAME = value  ', 'value'],
    ['NAME\t=\tvalue\t# a comment', 'value'],
    ['\tNAME=value', 'value'],
    ['export\tNAME=value', 'value'],
    ['export  NAME=value', 'value'],
    ['NAME=\t"a#b"', 'a#b'],
    ['NAME="value"', 'value'],
    ["NAME='value' # a comment", 'value'],
    ['NAME=`value`', 'value'],
    ['NAME=two words # a comment', 'two words'],
    ['NAME="a # b"', 'a # b'],
    ['NAME=it\'s "quoted" inside', 'it\'s "quoted" inside'],
    ['NAME=a=b', 'a=b'],
    ['NAME=', ''],
    ['NAME= # nothing', ''],
    ['NAME="Latchkey" <a@example.com>', '"Latchkey" <a@example.com>'],
    ['export NAME = "Latchkey, Inc"\t<a@example.com> # who', '"Latchkey, Inc"\t<a@example.com>'],
    ['NAME="Issue # 9" <a@example.com>', '"Issue # 9" <a@example.com>'],
    ['NAME="Latchkey <a@example.com>"', 'Latchkey <a@example.com>'],
  ])('has in %j the value %j', (line, value) => {
    expect(parseEnvFile(bytes(line))).toEqual({ values: { NAME: value }, faults: [] });
  });

  it.each([
    ['NAME: value', 'there is no ='],
    ['NAME value', 'there is no ='],
    ['NAME', 'there is no ='],
    ['-----BEGIN CERTIFICATE-----', 'there is no ='],
    ['=value', 'what stands before = is no name'],
    ['set NAME=value', 'what stands before = is no name'],
    ['$env:NAME = "value"', 'what stands before = is no name'],
    ['NAME-WITH-HYPHENS=value', 'what stands before = is no name'],
    ['TWO NAMES=value', 'what stands before = is no name'],
    ['9NAME=value', 'what stands before = is no name'],
    ['NAME=a#b', 'a # follows without a space'],
    ['NAME=#b', 'a # follows without a space'],
    ['NAME="value', 'the quote at the beginning of the value is not closed'],
    ["NAME=it's #b 'c'#d", null],
    ['NAME="value"#b', 'the value goes on behind its closing quote'],
    ['NAME="value" b', 'the value goes on behind its closing quote'],
    ["NAME='Latchkey' <a@example.com>", 'the value goes on behind its closing quote'],
    ['NAME="Latchkey" <a@example.com>, b', 'the value goes on behind its closing quote'],
    ["NAME='it's'", 'the value goes on behind its closing quote'],
  ])('ends the start with what is wrong with the line %j', (line, wrong) => {
    const { faults } = parseEnvFile(bytes(`OTHER=sesame\n${line}\n`));
    expect(faults).toEqual(wrong ? [expect.stringContaining(`.env, line 2: ${wrong}: `)] : []);
    expect(faults.join()).not.toMatch(/sesame|example|Latchkey|value"/);
  });

  it.each([
    ['a byte order mark between two files', `OTHER=1\n${mark}NAME=value`],
    ['a space that does not break before the name', 'OTHER=1\n\u00a0NAME=value'],
    ['a zero width before the name', 'OTHER=1\n\u200bNAME=value'],
    ['a zero width in the name', 'OTHER=1\nNA\u200dME=value'],
  ])('says that what is wrong with a line is not seen: %s', (_, content) => {
    expect(parseEnvFile(bytes(content)).faults).toEqual([
      expect.stringMatching(/^\.env, line 2: there is an invisible character/),
    ]);
  });

  it('holds a name twice only with one value', () => {
    expect(parseEnvFile(bytes('A=1\nB=2\nA=1')).values).toEqual({ A: '1', B: '2' });
    expect(parseEnvFile(bytes('NODE_ENV=production\n\nNODE_ENV=development')).faults).toEqual([
      '.env, line 3: NODE_ENV has another value further up; keep one of them',
    ]);
  });
});

describe('the place of .env', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'latchkey-env-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  it('may be empty, or hold an empty file', async () => {
    const file = path.join(directory, 'empty');
    expect(readEnvFile(file)).toEqual({ values: {}, faults: [] });
    await writeFile(file, '');
    expect(readEnvFile(file)).toEqual({ values: {}, faults: [] });
  });

  it('holds nothing that cannot be read', async () => {
    const [folder, link] = ['folder', 'link'].map((name) => path.join(directory, name)) as [string, string];
    await mkdir(folder);
    await symlink(path.join(directory, 'nowhere'), link);
    for (const [place, code] of [
      [folder, 'EISDIR'],
      [link, 'ENOENT'],
    ] as const)
      expect(readEnvFile(place).faults).toEqual([expect.stringContaining(`.env cannot be read (${code})`)]);
  });
});
