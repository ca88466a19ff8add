/**
 * The end of the process: stop accepting, finish what is in flight, close, exit. Knows servers and signals, not what
 * they serve.
 */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from './logger.ts';

/** Milliseconds that requests in flight may take. */
const grace = 10_000;
/** Milliseconds without a new connection after which the server stops listening, and how often it waits for them. */
const quiet = 100;
const mostWaits = 20;
/** Milliseconds that the head of a request may still take. */
const halfRequest = 1_000;
/** Milliseconds in which somebody who reads the log slowly gets the last lines. */
const lastLines = 500;

type Closing = { server: Server; logger: Logger; release: () => Promise<void> };

/**
 * Installs the handlers. SIGTERM and SIGINT end the process with 0 once the last answer is sent; a second signal, or the end of
 * the grace, with 1. An error that nobody caught ends it the same way, with 1, for a supervisor to restart. Whoever reads what
 * it prints may go.
 *
 * @param closing.release what to let go of after the last answer
 * @returns a question: is the process still accepting requests?
 */
export function closeGracefully({ server, logger, release }: Closing): () => boolean {
  let accepting = true;
  const connections = new Set<Socket>();
  /** Those on which an answer is owed. */
  const owed = new Set<Socket>();
  let arrived = 0;

  /** Lets in those whom the system has taken for us already: node accepts one at a time, and closing cuts them off. */
  async function lastCall(): Promise<void> {
    for (let waits = 0, seen = -1; seen !== arrived && waits < mostWaits; waits++) {
      seen = arrived;
      await pause(quiet);
    }
  }

  async function close(code: number): Promise<void> {
    setTimeout(() => process.exit(1), grace).unref();
    await lastCall();
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeIdleConnections();
      // Node counts a connection on which nothing was ever said, such as a browser's spare one, as busy.
      for (const connection of connections) if (connection.bytesRead === 0) connection.destroy();
      setTimeout(hangUp, halfRequest).unref();
    });
    await release();
    await Promise.race([new Promise<void>((done) => logger.flush(() => done())), pause(lastLines)]);
    process.exit(code);
  }

  /** On those who have begun a request and do not come to the end of its head: nothing is owed to them yet. */
  function hangUp(): void {
    for (const connection of connections) if (!owed.has(connection)) connection.destroy();
  }

  function begin(code: number): void {
    if (!accepting) process.exit(1);
    accepting = false;
    void close(code);
  }

  server.on('connection', (connection) => {
    arrived += 1;
    connections.add(connection);
    connection.once('close', () => connections.delete(connection));
  });
  // A connection that is kept alive would hold the process until the grace ends.
  server.on('request', ({ socket }, response) => {
    owed.add(socket);
    response.once('close', () => owed.delete(socket));
    if (!accepting) response.setHeader('Connection', 'close');
    response.once('finish', () => {
      if (!accepting) setImmediate(() => server.closeIdleConnections());
    });
  });
  // The reader of the log has gone, or its disk is full: no reason to stop answering.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => begin(0));
  for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
    process.on(event, (error: unknown) => {
      logger.fatal({ err: error }, event);
      begin(1);
    });
  }
  return () => accepting;
}
