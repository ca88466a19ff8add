import { expect, it } from 'vitest';
import { certificateFault } from './certificate-fault.ts';

it.each([
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE CONN', 'untrusted'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'untrusted'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'untrusted'],
  ['CERT_HAS_EXPIRED CONN', 'bad'],
  ['CERT_NOT_YET_VALID', 'bad'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'bad'],
  ['ECONNREFUSED CONN', null],
  ['535 AUTH PLAIN', null],
])('%s is %s', (code, fault) => {
  expect(certificateFault(code)).toBe(fault);
});
