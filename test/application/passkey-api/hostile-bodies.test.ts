/** Bodies that no endpoint of the passkey API reads as its own: refused as they come, and never a fault. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { call, endpointsWithBody } from '../../contract/support/client.ts';
import { type EmbeddedServer, startEmbedded } from '../../contract/support/server.ts';

let server: EmbeddedServer;
beforeAll(async () => {
  server = await startEmbedded();
});
afterAll(() => server.stop());
afterEach(() => {
  expect(server.events).toEqual([]);
});

const refused = (status: number) => status >= 400 && status < 500;

const bodies: [string, string | object][] = [
  ['an array', []],
  ['a number', '1'],
  ['an array in an array in an array', '['.repeat(100_000)],
  ['prototype names', '{"__proto__":{"user_id":"u"},"constructor":1,"user_id":{"toString":1}}'],
  ['bytes that are no text', Buffer.from([0x1f, 0x8b, 0xff, 0xfe]).toString('latin1')],
];

describe.each(endpointsWithBody)('%s %s', (method, path) => {
  test.each(bodies)('refuses %s', async (_name, body) => {
    expect((await call(server, method, path, { body })).status).toSatisfy(refused);
  });

  test('refuses more than 256 kB', async () => {
    const answer = await call(server, method, path, { body: JSON.stringify({ name: 'x'.repeat(300_000) }) });
    expect(answer.status).toBe(413);
  });
});
