import { generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SetupFault } from '../setup-fault.ts';
import { checkCertificates, makeRoomForDatabase } from './database-files.ts';

/** Somebody's own, for CN=db. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBcTCCARegAwIBAgIUaoTecIaYrj+LGRtHyXJ1wzd1tKswCgYIKoZIzj0EAwIw
DTELMAkGA1UEAwwCZGIwIBcNMjYxMTI3MDMwNjAzWhgPMjEyNjExMDMwMzA2MDNa
MA0xCzAJBgNVBAMMAmRiMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEP88mRJqX
Sxg+KvHSHTvmxzy04SFB/RAijSpqWPmVzjmdTTDvX33vjqJ23iSOsUes0IvZK2cn
gPY17ZrTxhfj+6NTMFEwHQYDVR0OBBYEFCC/yhmYoYmhx5IgnWNwJtZPHKqYMB8G
A1UdIwQYMBaAFCC/yhmYoYmhx5IgnWNwJtZPHKqYMA8GA1UdEwEB/wQFMAMBAf8w
CgYIKoZIzj0EAwIDSAAwRQIhANcVy4yYEp8ZUtag45OOQVdUHrIevZoXxRB+thOD
LAgnAiBczZ20ENUQFAtv12oKxm4qZIa7bHsZXTPS+Xx+4oLheQ==
-----END CERTIFICATE-----
`;

let directory: string;
const at = (...names: string[]) => path.join(directory, ...names);
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'latchkey-files-'));
  await writeFile(at('file'), '');
  await mkdir(at('folder'));
  await mkdir(at('x.sqlite-wal'));
  await symlink('/dev/null', at('null'));
});
afterAll(() => rm(directory, { recursive: true }));

/** The sentence with which something ends; undefined when it goes well. */
function faultOf(work: () => void): string | undefined {
  try {
    work();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(SetupFault);
    return (error as Error).message;
  }
}

describe('the place of a database', () => {
  it('is made, for this user alone', async () => {
    makeRoomForDatabase(at('new', 'deep', 'x.sqlite'));
    expect((await stat(at('new', 'deep'))).mode & 0o777).toBe(0o700);
    expect(existsSync(at('new', 'deep', 'x.sqlite'))).toBe(false);
  });

  it('is not made by whoever only looks', () => {
    expect(faultOf(() => makeRoomForDatabase(at('other', 'x.sqlite'), false))).toBeUndefined();
    expect(existsSync(at('other'))).toBe(false);
    expect(faultOf(() => makeRoomForDatabase(at('file', 'x.sqlite'), false))).toMatch(/ENOTDIR/);
  });

  it('may hold an empty file', () => {
    expect(faultOf(() => makeRoomForDatabase(at('file')))).toBeUndefined();
  });

  it.each([
    ['a file where the directory would be', ['file', 'x.sqlite'], ['file'], /E(EXIST|NOTDIR)/],
    ['a file further up', ['file', 'deep', 'x.sqlite'], ['file', 'deep'], /ENOTDIR/],
    ['a directory where the file would be', ['folder'], ['folder'], /EISDIR/],
    ['a directory where its log would be', ['x.sqlite'], ['x.sqlite-wal'], /EISDIR/],
    ['a device', ['null'], ['null'], /ENOTSUP/],
  ])('is not %s', (_, filename, place, code) => {
    const fault = faultOf(() => makeRoomForDatabase(at(...filename)));
    expect(fault).toMatch(/^The database cannot be used \([A-Z]+\)\. Look at DATABASE_URL, which needs /);
    expect(fault).toMatch(code);
    expect(fault).toContain(`needs ${at(...place)}: let this user write there, or name another file.`);
  });
});

describe('the certificates of a database server', () => {
  beforeAll(async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    await writeFile(at('key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await writeFile(at('certificate.pem'), certificate);
    await writeFile(at('words.pem'), '-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n');
  });
  const url = (query: string) => `postgres://app:sesame@db.example.com/latchkey?sslmode=verify-full&${query}`;

  it('are taken when they are some', () => {
    const query = `sslrootcert=${at('certificate.pem')}&sslcert=${at('certificate.pem')}&sslkey=${at('key.pem')}`;
    expect(faultOf(() => checkCertificates(url(query)))).toBeUndefined();
    expect(faultOf(() => checkCertificates(url('')))).toBeUndefined();
  });

  it.each([
    ['sslrootcert', 'nowhere.pem', 'certificate'],
    ['sslrootcert', 'folder', 'certificate'],
    ['sslrootcert', 'file', 'certificate'],
    ['sslrootcert', 'words.pem', 'certificate'],
    ['sslrootcert', 'key.pem', 'certificate'],
    ['sslcert', 'file', 'certificate'],
    ['sslkey', 'certificate.pem', 'key'],
  ])('are none: %s=%s', (name, file, what) => {
    const fault = faultOf(() => checkCertificates(url(`${name}=${at(file)}`)));
    expect(fault).toMatch(/^The database cannot be used \([A-Z_0-9]+\)\. Look at DATABASE_URL, whose /);
    expect(fault).toContain(`${name} is ${at(file)}: let it hold a ${what} in PEM`);
    expect(fault).not.toContain('sesame');
  });
});
