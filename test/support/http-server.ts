/** A plain HTTP server on a free loopback port, answering as a test says. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type HttpServer = {
  url: string;
  /** Every request that came, with its body. */
  received: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[];
  /** Answers every request like this from now on. */
  answer: (request: IncomingMessage, response: ServerResponse) => unknown;
  stop(): Promise<void>;
};

export async function startHttpServer(answer: HttpServer['answer'] = () => {}): Promise<HttpServer> {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { method = '', url = '', headers } = request;
    started.received.push({ method, url, headers, body });
    started.answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const started: HttpServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    answer,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return started;
}

/** An answer with this status and JSON. */
export function json(status: number, content: unknown, headers: Record<string, string> = {}) {
  return (_request: IncomingMessage, response: ServerResponse) =>
    response
      .writeHead(status, { 'Content-Type': 'application/json', ...headers })
      .end(JSON.stringify(content));
}
