/**
 * A server for HTTP, as both processes open one: how long it waits for a client, and how many connections break. Knows
 * neither what is asked nor what is answered.
 */
import { createServer, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { type Logger, logEvent } from './logger.ts';

/** Milliseconds and bytes. Node looks only now and then who has taken too long: each time may be longer by that interval. */
export const httpLimits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 1_000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16 * 1024,
};

/** Milliseconds from the first connection that broke to the line with the number of all since. */
const collecting = 60_000;

/** What Node says of what is no HTTP, and of what does not come (codes of its parser begin with HPE). */
const noRequest = /^(HPE_\w+|ERR_HTTP_REQUEST_TIMEOUT)$/;

/** Listens nowhere yet. */
export function createHttpServer(logger: Logger, limits: typeof httpLimits = httpLimits): Server {
  const server = createServer(limits);
  countBroken(server, logger);
  return server;
}

/**
 * Counts connections that ended in the middle of a request or of its answer, and those on which something came that is no
 * HTTP. Whoever likes can break as many as they like: each is a line for who debugs, and all of a minute are one line.
 */
function countBroken(server: Server, logger: Logger): void {
  const counted = new WeakSet<Socket>();
  let count = 0;

  function note(connection: Socket, reason: string): void {
    if (counted.has(connection)) return;
    counted.add(connection);
    const event = 'connection_broken';
    logger.debug({ event, outcome: 'changed', reason }, event);
    count += 1;
    if (count === 1) setTimeout(tell, collecting).unref();
  }

  function tell(): void {
    if (count > 0) logEvent(logger, 'connection_broken', { outcome: 'changed', count });
    count = 0;
  }

  server.on('connection', (connection) =>
    connection.on('error', ({ code = '' }: NodeJS.ErrnoException) => {
      if (noRequest.test(code)) note(connection, code);
    }),
  );
  server.on('request', ({ socket }, response) =>
    response.once('close', () => {
      if (!response.writableFinished) note(socket, 'ended early');
    }),
  );
  server.once('close', tell);
}
