/** What kind of host a name or an address is. Asks no name server. */
import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';
import ipaddr from 'ipaddr.js';

/** An address of IPv6 as it stands in a URL, without its brackets. */
export function withoutBrackets(host: string): string {
  return host.replace(/^\[(.+)\]$/, '$1');
}

/** Whether it can be a host: an address, or labels of letters, digits, hyphens and underscores (RFC 1123, section 2.1). */
export function isHost(host: string): boolean {
  const label = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i;
  const labels = withoutRoot(host).split('.');
  return isIP(host) !== 0 || (host.length <= 254 && labels.every((part) => label.test(part)));
}

/** The dot at the end says that a name is whole. */
function withoutRoot(name: string): string {
  return name.replace(/\.$/, '');
}

/** A host as name servers and certificates know it: in small letters, and in ASCII (RFC 5891). '' when it is none. */
export function canonicalHost(host: string): string {
  const bare = withoutBrackets(host);
  if (isIP(bare)) return bare.toLowerCase();
  // Node would answer with what stands before one of these.
  return /[/\\?#@:\s]/.test(bare) ? '' : domainToASCII(bare);
}

/** Whether what is sent there stays on this machine. */
export function isThisMachine(host: string): boolean {
  const name = withoutRoot(canonicalHost(host));
  if (isIP(name)) return ipaddr.parse(name).range() === 'loopback';
  return name === 'localhost' || name.endsWith('.localhost');
}

/**
 * Whether a request that came to this machine names it as its host (RFC 9110, section 7.2). A name of somebody else can be
 * made to lead here by their page (DNS rebinding), which would read what is answered.
 */
export function namesThisMachine(host: string | undefined): boolean {
  return isThisMachine((host ?? '').replace(/:\d+$/, ''));
}

/** Whether strangers reach it: not in a network of one's own, nor by a name that only such a network has (RFC 6761, 6762, 8375). */
export function isPublic(host: string): boolean {
  const name = withoutRoot(canonicalHost(host));
  if (isIP(name))
    return !/^(loopback|private|linkLocal|uniqueLocal|carrierGradeNat)$/.test(ipaddr.process(name).range());
  return name.includes('.') && !/\.(localhost|local|test|internal|lan|home\.arpa)$/.test(name);
}
