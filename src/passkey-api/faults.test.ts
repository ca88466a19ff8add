/** What is answered when it is not the request that is at fault. */
import { randomUUID } from 'node:crypto';
import { inject } from 'light-my-request';
import { expect, test } from 'vitest';
import type { Database } from '../db/database.ts';
import { createPasskeyApi } from './index.ts';

async function answerWhenTheDatabaseThrows(error: Error) {
  const db = (() => {
    throw error;
  }) as unknown as Database;
  const reports: [event: string, facts: unknown][] = [];
  const tenantId = randomUUID();
  const relyingParty = { id: 'localhost', name: 'Test', origins: ['http://localhost:3000'] };
  const api = createPasskeyApi({
    db,
    settings: { tenantId, apiKey: 'key', relyingParty, secretKeys: ['secret'] },
    onEvent: (event, facts) => void reports.push([event, facts]),
  });
  const { statusCode, payload } = await inject(api.callback(), {
    method: 'POST',
    url: `/${tenantId}/login/initialize`,
  });
  expect(reports).toEqual([['passkey_api_fault', { err: error }]]);
  return { statusCode, answer: JSON.parse(payload) };
}

test('a database that cannot be used now is 503, so that nobody takes it for a refusal', async () => {
  const busy = Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' });
  expect(await answerWhenTheDatabaseThrows(busy)).toEqual({
    statusCode: 503,
    answer: { title: 'Service Unavailable', status: 503 },
  });
});

test('a bug is 500, and says nothing', async () => {
  expect(await answerWhenTheDatabaseThrows(new Error('no such column: secret'))).toEqual({
    statusCode: 500,
    answer: { title: 'Internal Server Error', status: 500 },
  });
});
