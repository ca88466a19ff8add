/**
 * The end of the process: stop accepting, finish what is in flight, close, exit. Knows servers and signals, not what
 * they serve.
 */
import type { Server } from 'node:http';
import type { Logger } from './logger.ts';

/** Milliseconds that requests in flight may take. */
const grace = 10_000;

type Closing = { server: Server; logger: Logger; release: () => Promise<void> };

/**
 * Installs the handlers. SIGTERM and SIGINT end the process with 0 once the last answer is sent; a second signal, or
 * the end of the grace, with 1. An error that nobody caught ends it the same way, with 1, for a supervisor to restart.
 *
 * @param closing.release what to let go of after the last answer
 * @returns a question: is the process still accepting requests?
 */
export function closeGracefully({ server, logger, release }: Closing): () => boolean {
  let accepting = true;

  async function close(code: number): Promise<void> {
    setTimeout(() => process.exit(1), grace).unref();
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeIdleConnections();
    });
    await release();
    process.exit(code);
  }

  function begin(code: number): void {
    if (!accepting) process.exit(1);
    accepting = false;
    void close(code);
  }

  // A connection that is kept alive would hold the process until the grace ends.
  server.on('request', (_request, response) => {
    if (!accepting) response.setHeader('Connection', 'close');
    response.once('finish', () => {
      if (!accepting) setImmediate(() => server.closeIdleConnections());
    });
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => begin(0));
  for (const event of ['unhandledRejection', 'uncaughtException'] as const) {
    process.on(event, (error: unknown) => {
      logger.fatal({ err: error }, event);
      begin(1);
    });
  }
  return () => accepting;
}
