/**
 * Servers that are no working PostgreSQL: something else altogether, a pooler that refuses, a server of the wrong age. They
 * speak just enough of its protocol (PostgreSQL, "Message Formats").
 */
import { createServer, type Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';

/** What is done with a connection, once whoever connects has said something; `heard` is what. */
export type Answer = (socket: Socket, heard: Buffer) => void;

export type AnsweringServer = { url: string; close(): Promise<void> };

/** Listens on a free loopback port. @param answer what is done with each connection; it may change meanwhile */
export async function answering(answer: () => Answer): Promise<AnsweringServer> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', (heard) => answer()(socket, heard));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `postgres://app:sesame@127.0.0.1:${port}/latchkey`,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Says something, and ends. */
export const saying =
  (bytes: string | Buffer): Answer =>
  (socket) =>
    socket.end(bytes);

/** Refuses with a code and words, as servers and poolers do. */
export const refusing = (code: string, words: string): Answer => saying(refusal(code, words));

/** As PgBouncer does: whatever it does not know how to keep for a client is refused. */
export const refusingParameters: Answer = (socket, heard) => {
  const names = heard
    .toString('utf8', 8)
    .split('\0')
    .filter((_, index) => index % 2 === 0);
  const known = ['database', 'client_encoding', 'application_name', 'user', ''];
  const strange = names.find((name) => !known.includes(name));
  saying(refusal('08P01', strange ? `unsupported startup parameter: ${strange}` : 'nothing is refused'))(
    socket,
    heard,
  );
};

/** Lets everybody in, and answers every question with its version. */
export const ofVersion =
  (version: string): Answer =>
  (socket) => {
    const ready = message('Z', Buffer.from('I'));
    const answer = [
      message(
        'T',
        Buffer.concat([
          int16(1),
          text('version'),
          int32(0),
          int16(0),
          int32(25),
          int16(-1),
          int32(-1),
          int16(0),
        ]),
      ),
      message('D', Buffer.concat([int16(1), int32(version.length), Buffer.from(version)])),
      message('C', text('SELECT 1')),
    ];
    socket.on('data', (heard) => void (heard[0] === 0x51 && socket.write(Buffer.concat([...answer, ready]))));
    socket.write(Buffer.concat([message('R', int32(0)), message('K', Buffer.alloc(8, 1)), ready]));
  };

/** Takes the wish for encryption, and shows this certificate. */
export const showing =
  (options: { key: string; cert: string }): Answer =>
  (socket) => {
    socket.write('S');
    const secure = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext(options) });
    secure.on('error', () => {});
  };

function refusal(code: string, words: string): Buffer {
  return message('E', Buffer.concat([text('SFATAL'), text(`C${code}`), text(`M${words}`), Buffer.alloc(1)]));
}

function message(type: string, content: Buffer): Buffer {
  return Buffer.concat([Buffer.from(type), int32(content.length + 4), content]);
}

const text = (words: string) => Buffer.from(`${words}\0`);
const int16 = (value: number) => Buffer.from([(value >> 8) & 255, value & 255]);
const int32 = (value: number) => Buffer.concat([int16(value >> 16), int16(value)]);
