/** What the driver does with the only mode that counts as encrypted, before a server that has no encryption. */
import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/db/database.ts';

/** How a client of PostgreSQL asks for encryption, and the answer of a server that has none. */
const wish = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);
const none = 'N';

let server: Server;
let heard: Buffer[];
beforeAll(async () => {
  heard = [];
  server = createServer((socket: Socket) => {
    socket.on('data', (data) => {
      heard.push(data);
      socket.write(none);
    });
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

describe('[ASVS 12.3.1] a database that cannot be encrypted', () => {
  it('is told nothing, not even who asks', async () => {
    const { port } = server.address() as { port: number };
    const db = openDatabase(`postgres://app:sesame@127.0.0.1:${port}/latchkey?sslmode=verify-full`, '/');
    await expect(db.raw('SELECT 1')).rejects.toThrow('does not support SSL');
    await db.destroy();
    expect(Buffer.concat(heard)).toEqual(wish);
  });
});
