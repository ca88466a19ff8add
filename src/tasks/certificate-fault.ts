/** What is wrong with a certificate, by the codes of OpenSSL and Node. Knows nobody who has one. */

/**
 * @param code of the error, such as CERT_HAS_EXPIRED; what follows it does not matter
 * @returns `untrusted` where nobody vouches for it that this machine believes, `bad` where it has expired or is for
 *   another name, null where it is not about a certificate
 */
export function certificateFault(code: string): 'untrusted' | 'bad' | null {
  if (/SELF_SIGNED|UNABLE_TO_(VERIFY|GET)/.test(code)) return 'untrusted';
  return /^(CERT_|ERR_TLS_CERT)/.test(code) ? 'bad' : null;
}
