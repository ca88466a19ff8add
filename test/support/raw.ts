/** Bytes on a connection as a test writes them, for what no HTTP client would send. */
import { connect, type Server } from 'node:net';

/** How the client ends: with a FIN behind what it has sent, with a reset, or only when the server has ended. */
export type End = 'half-close' | 'reset' | 'wait';

/**
 * @param running whose server is spoken to
 * @param end when it comes: as soon as the server has taken what was sent
 * @param next sent when something has been answered
 * @returns whatever was answered until the connection was closed
 */
export function sendRaw(running: { server: Server }, text: string, end: End, next?: string): Promise<string> {
  const { port } = running.server.address() as { port: number };
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1');
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    if (next) socket.once('data', () => socket.write(next));
    // A reset is what some of these end with.
    socket.on('error', () => {});
    socket.once('close', () => resolve(answer));
    if (end === 'reset') running.server.once('request', () => setImmediate(() => socket.resetAndDestroy()));
    if (end === 'half-close') socket.end(text);
    else socket.write(text);
  });
}
