/** Addresses of https and http: the one that people see, and that of a passkey service. */
import { isHost, isThisMachine, withoutBrackets } from './hosts.ts';
import { Unusable } from './setting.ts';

/** @returns scheme, host and, if it is not the usual one, port, as browsers send it (RFC 6454, section 6.2) */
export function parseOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.hostname.endsWith('.')) throw new Unusable('must have no dot at the end of its host');
  const isOrigin = url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`;
  if (isOrigin && isHost(withoutBrackets(url.hostname))) return url.origin;
  throw new Unusable('must be a scheme, a host and perhaps a port, such as https://app.example.com');
}

/** @returns the address without a slash at the end */
export function parseServiceUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isBare = url && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isThisMachine(url.hostname));
  if (isBare && isSafe) return url.origin + url.pathname.replace(/\/+$/, '');
  throw new Unusable('must be an https URL (http only on this machine), without user, query and fragment');
}
