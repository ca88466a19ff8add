/** Addresses and networks of proxies. */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { withoutBrackets } from './hosts.ts';
import { listed, Unusable } from './setting.ts';

/** @returns each as one address or as address/length, those of IPv4 never as mapped into IPv6 */
export function parseNetworks(text: string): string[] {
  return listed(text).map(canonicalNetwork);
}

function canonicalNetwork(item: string): string {
  const [host = '', length, ...more] = item.split('/');
  const address = withoutBrackets(host);
  // A scope (fe80::1%eth0) is no part of the address that a connection comes from.
  if (isIP(address) === 0 || address.includes('%') || more.length > 0) throw notNetworks();
  const parsed = ipaddr.process(address);
  if (parsed.range() === 'unspecified') throw everybody();
  if (length === undefined) return parsed.toString();
  const bits = lengthOf(length, address, parsed.kind());
  return `${parsed.toString()}/${bits}`;
}

/**
 * Of a mapped network the length counts the 96 bits before the address of IPv4 (RFC 4291, section 2.5.5.2). A length of 0
 * would believe everybody.
 */
function lengthOf(text: string, address: string, kind: 'ipv4' | 'ipv6'): number {
  const written = /^\d{1,3}$/.test(text) ? Number(text) : -1;
  const bits = kind === 'ipv4' && isIP(address) === 6 ? written - 96 : written;
  if (bits === 0) throw everybody();
  if (bits < 1 || bits > (kind === 'ipv4' ? 32 : 128)) throw notNetworks();
  return bits;
}

/** Also 0.0.0.0 and :: alone, which are the addresses of nobody: whoever writes them means everybody. */
function everybody(): Unusable {
  return new Unusable(
    'must name the proxies alone: 0.0.0.0, :: and a length of 0 stand for everybody, and whoever is believed chooses the address that counts',
  );
}

function notNetworks(): Unusable {
  return new Unusable(
    'must be addresses or CIDR networks, such as 127.0.0.1 or 10.0.0.0/8, separated by commas',
  );
}
