/**
 * The networks of addresses: the one by which somebody is counted, and the coarse one that is kept of them. Must not know
 * what is counted or kept.
 */
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** One name for one subscriber: an IPv4 address, also when it is mapped into IPv6, or the /64 of an IPv6 address. */
export function networkOf(text: string): string | null {
  if (!isIP(text)) return null;
  const address = ipaddr.process(text);
  if (address.kind() === 'ipv4') return address.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/64`).toString()}/64`;
}

/**
 * The network of an address: /24 of IPv4, /48 of IPv6; empty for what is no address.
 *
 * @param from an address, or a network of IPv6 such as `2001:db8::/64`, by which limits count
 */
export function coarseNetworkOf(from: string): string {
  const [address = ''] = from.split('/');
  if (!ipaddr.isValid(address)) return '';
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') return `${parsed.toString().split('.').slice(0, 3).join('.')}.0`;
  return ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/48`).toString();
}
