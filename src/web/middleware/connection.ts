/**
 * What is known of the connection itself: a request id, the client's address, and whether it came over https.
 * Believes X-Forwarded-For and X-Forwarded-Proto only from the proxies that are named. Forwarded (RFC 7239),
 * X-Forwarded-Host and X-Real-IP are not read: what a proxy does not set itself, a client may have sent.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import proxyaddr from 'proxy-addr';
import type { Logger } from '../../logger.ts';
import { networkOf } from '../../networks.ts';
import type { AppMiddleware } from '../http/context.ts';

/**
 * @param trustProxy addresses and networks of trusted proxies
 * @param logger hears once of a proxy whose X-Forwarded-For ends in something that is no address
 */
export function connection(trustProxy: readonly string[], logger: Logger): AppMiddleware {
  const trust = proxyaddr.compile([...trustProxy]);
  let told = false;
  return (ctx, next) => {
    const { address, secure, unread } = originOf(ctx.req, trust);
    const requestId = randomUUID();
    Object.assign(ctx.state, { requestId, address, secure });
    if (unread && !told) {
      told = true;
      const proxy = { address, requestId };
      logger.warn(
        proxy,
        'this proxy names no address in X-Forwarded-For: all who come through it count as one',
      );
    }
    return next();
  };
}

type Trust = ReturnType<typeof proxyaddr.compile>;

/** `unread`: a trusted proxy passed on something that is no address. */
type Origin = { address: string; secure: boolean; unread: boolean };

/**
 * Where a request comes from, as limits count it. What a proxy passes on and is no address at all counts for the proxy.
 *
 * @param trustProxy as {@link connection}
 */
export function addressReader(trustProxy: readonly string[]): (request: IncomingMessage) => string {
  const trust = proxyaddr.compile([...trustProxy]);
  return (request) => originOf(request, trust).address;
}

function originOf({ headers, socket }: IncomingMessage, trust: Trust): Origin {
  const named = elementsOf(headers['x-forwarded-for']).map(withoutPort);
  const peer = withoutPort(socket.remoteAddress ?? '');
  const cleaned = { socket: { remoteAddress: peer }, headers: { 'x-forwarded-for': named.join(',') } };
  // From the peer backwards: each address that is followed by another one is that of a trusted proxy.
  const chain = proxyaddr.all(cleaned as never, trust);
  const networks = chain.map(networkOf).filter((network) => network !== null);
  const { encrypted } = socket as { encrypted?: boolean };
  const protocols = trust(peer, 0) ? elementsOf(headers['x-forwarded-proto']) : [];
  return {
    address: networks.at(-1) ?? 'unknown',
    secure: encrypted || protocolFor(protocols, named.length, chain.length).toLowerCase() === 'https',
    unread: networks.length < chain.length && chain.length > 1,
  };
}

/**
 * How the client came, of a list to which each proxy may have added. Where there is one protocol for each address, that
 * of the address which counts: a client that sends both headers itself is not believed. Else the first, which is that of
 * the proxy nearest to the client; to claim https there spares nobody but the claimant a redirect.
 */
function protocolFor(protocols: string[], addresses: number, hops: number): string {
  const place = protocols.length === addresses ? addresses - (hops - 1) : 0;
  return protocols[place] ?? '';
}

/** RFC 9110, section 5.6.1: what stands between commas, empty elements left out. Node joins repeated lines with commas. */
function elementsOf(header: string | string[] | undefined): string[] {
  return String(header ?? '')
    .split(',')
    .map((element) => element.trim())
    .filter((element) => element !== '');
}

/** `192.0.2.7:443`, `[2001:db8::7]:443`, either in quotes, and `fe80::7%eth0`, as the address alone; else as it is. */
function withoutPort(text: string): string {
  const bare = text.replace(/^"(.*)"$/, '$1');
  const [, bracketed, dotted] = /^(?:\[([^\]]+)\]|([\d.]+))(?::\w+)?$/.exec(bare) ?? [];
  return (bracketed ?? dotted ?? bare).replace(/%[\w.-]+$/, '');
}
