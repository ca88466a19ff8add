/** An authority of this run and a certificate of it for one name, made by the openssl command. */
import { execFile } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

export type Certificate = {
  /** Files in PEM. */
  authority: string;
  certificate: string;
  key: string;
  /** SHA-256 of the public key, by which a browser can be told to trust it. */
  fingerprint: string;
};

/** @throws when openssl is not there */
export async function makeCertificate(directory: string, name: string): Promise<Certificate> {
  const file = (what: string) => path.join(directory, `${name}-${what}.pem`);
  const openssl = (...args: string[]) => promisify(execFile)('openssl', args, { cwd: directory });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const [authority, authorityKey, request] = [file('authority'), file('authority-key'), file('request')];
  const [certificate, key, extensions] = [file('certificate'), file('key'), file('extensions')];
  await openssl(
    'req',
    '-x509',
    ...curve,
    '-keyout',
    authorityKey,
    '-out',
    authority,
    '-days',
    '2',
    '-subj',
    '/CN=Latchkey tests',
  );
  await openssl('req', ...curve, '-keyout', key, '-out', request, '-subj', `/CN=${name}`);
  await writeFile(extensions, `subjectAltName=DNS:${name}\n`);
  const signing = ['-CA', authority, '-CAkey', authorityKey, '-CAcreateserial', '-days', '2'];
  await openssl('x509', '-req', '-in', request, '-out', certificate, '-extfile', extensions, ...signing);
  const { publicKey } = new X509Certificate(await readFile(certificate));
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return { authority, certificate, key, fingerprint: createHash('sha256').update(spki).digest('base64') };
}
