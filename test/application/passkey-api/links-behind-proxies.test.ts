/** The addresses in lists, when the API is served behind a proxy that ends TLS. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddedServer, serve } from '../../contract/support/server.ts';
import { createTestDatabase, type TestDatabase } from '../../support/database.ts';

let database: TestDatabase;
let running: EmbeddedServer;
beforeAll(async () => {
  database = await createTestDatabase();
  running = await serve(database.db);
});
afterAll(async () => {
  await running.stop();
  await database.drop();
});

describe('the links of a list', () => {
  it.each([
    ['https', 'https:'],
    ['HTTPS', 'https:'],
    ['https,http', 'https:'],
    ['https , https', 'https:'],
    ['http', 'http:'],
    ['http, https', 'http:'],
    ['httpsx', 'http:'],
  ])('have the scheme that the client came with: %s', async (proto, scheme) => {
    const answer = await fetch(`${running.baseUrl}/${running.tenantId}/credentials?user_id=nobody`, {
      headers: { apikey: running.apiKey, 'X-Forwarded-Proto': proto },
    });
    expect(/<(\w+:)\/\//.exec(answer.headers.get('Link') ?? '')?.[1]).toBe(scheme);
  });
});
