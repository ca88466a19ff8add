/**
 * What is known of the connection itself: a request id, the client's address, and whether it came over https.
 * Believes X-Forwarded-* only from the proxies that are named, and never X-Forwarded-Host.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import ipaddr from 'ipaddr.js';
import proxyaddr from 'proxy-addr';
import type { AppContext, AppMiddleware } from '../http/context.ts';

/** @param trustProxy addresses and networks of trusted proxies */
export function connection(trustProxy: readonly string[]): AppMiddleware {
  const trust = proxyaddr.compile([...trustProxy]);
  const addressOf = addressReader(trustProxy);
  return (ctx, next) => {
    ctx.state.requestId = randomUUID();
    ctx.state.address = addressOf(ctx.req);
    ctx.state.secure = isSecure(ctx, trust);
    return next();
  };
}

type Trust = ReturnType<typeof proxyaddr.compile>;

/**
 * Where a request comes from, as limits count it. What a proxy passes on and is no address at all counts for the proxy.
 *
 * @param trustProxy as {@link connection}
 */
export function addressReader(trustProxy: readonly string[]): (request: IncomingMessage) => string {
  const trust = proxyaddr.compile([...trustProxy]);
  return (request) =>
    networkOf(proxyaddr(request, trust)) ?? networkOf(request.socket.remoteAddress ?? '') ?? 'unknown';
}

/** One name for one subscriber: an IPv4 address, also when it is mapped into IPv6, or the /64 of an IPv6 address. */
function networkOf(text: string): string | null {
  if (!ipaddr.isValid(text)) return null;
  const address = ipaddr.process(text);
  if (address.kind() === 'ipv4') return address.toString();
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/64`).toString()}/64`;
}

function isSecure(ctx: AppContext, trust: Trust): boolean {
  const socket = ctx.req.socket as { encrypted?: boolean; remoteAddress?: string };
  if (socket.encrypted) return true;
  return trust(socket.remoteAddress ?? '', 0) && ctx.get('X-Forwarded-Proto') === 'https';
}
