/** Where a server listens: HOST and the ports. */
import { canonicalHost, isHost } from './hosts.ts';
import { Unusable } from './setting.ts';

/** @returns a name, or an address without brackets */
export function parseHost(text: string): string {
  const host = canonicalHost(text);
  if (isHost(host)) return host;
  throw new Unusable(
    'must be an address or a name of this machine, such as 127.0.0.1 or 0.0.0.0, without scheme and port (PORT has the port)',
  );
}

/** In decimal digits alone: of 0x50 and 5e3 everybody makes something else. */
export function parsePort(text: string): number {
  const port = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new Unusable('must be a port number: 1 to 65535, in digits alone');
}
