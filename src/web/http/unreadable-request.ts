/**
 * What Node's parser refuses never becomes a request: there is no path, no cookie and no page. It is still somebody at a
 * browser now and then, who hears what to do. Knows Node's codes; must not look at what was sent.
 */
import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Milliseconds in which a client may read the answer: to hang up on what it still sends would make it lose that. */
const patience = 1_000;

type Answer = { status: string; sentence: string };

/**
 * By Node's code. Clear-Site-Data would help whoever has too many cookies, but another site can make a browser send too
 * much as well, and its person would be signed out.
 */
const answers: Record<string, Answer> = {
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    sentence:
      'Your browser sends more with each request than this site reads: too many cookies, or too long an address. Delete the cookies of this site and of its domain in the settings of your browser, and open the site again.',
  },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: {
    status: '413 Content Too Large',
    sentence: 'This is too large.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: '408 Request Timeout',
    sentence: 'This took too long to arrive. Try again.',
  },
};
const unread: Answer = { status: '400 Bad Request', sentence: 'This request could not be read.' };

/** @param headers those of every answer, see security-headers.ts */
export function answerUnreadable(server: Server, headers: ReadonlyMap<string, string>): void {
  const latest = new WeakMap<Socket, ServerResponse>();
  const answered = new WeakSet<Socket>();
  server.on('request', ({ socket }, response) => latest.set(socket, response));
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // The parser may complain of each piece that still comes.
    if (answered.has(socket)) return;
    answered.add(socket);
    const response = latest.get(socket);
    const isAnswering = response?.headersSent && !response.writableFinished;
    // With the error, by which http-server.ts counts it.
    if (!socket.writable || isAnswering) return void socket.destroy(error);
    socket.end(textOf(headers, answers[error.code ?? ''] ?? unread));
    const hangUp = () => socket.destroy(error);
    socket.once('end', hangUp);
    setTimeout(hangUp, patience).unref();
  });
}

function textOf(headers: ReadonlyMap<string, string>, { status, sentence }: Answer): string {
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark"><title>That did not work</title><h1>That did not work</h1><p>${sentence}</p></html>`;
  const own = [
    ['Content-Type', 'text/html; charset=utf-8'],
    ['Content-Length', String(Buffer.byteLength(page))],
    ['Cache-Control', 'no-store'],
    ['Connection', 'close'],
  ] as const;
  const lines = [...headers, ...own].map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status}`, ...lines, '', page].join('\r\n');
}
