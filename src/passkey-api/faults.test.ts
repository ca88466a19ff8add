/** What is answered when it is not the request that is at fault. */
import { randomUUID } from 'node:crypto';
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
    settings: {
      tenantId,
      apiKey: 'a key of these tests',
      relyingParty,
      secretKeys: ['a secret of these tests'],
    },
    onEvent: (event, facts) => void reports.push([event, facts]),
  });
  const { status, body } = await api.answer({
    method: 'POST',
    path: `/${tenantId}/login/initialize`,
    query: '',
    origin: 'http://passkeys.example',
    headers: {},
    address: '',
    text: async () => '',
  });
  expect(reports).toEqual([['passkey_api_fault', { err: error }]]);
  return { status, answer: JSON.parse(body) };
}

test('a database that cannot be used now is 503, so that nobody takes it for a refusal', async () => {
  const busy = Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' });
  expect(await answerWhenTheDatabaseThrows(busy)).toEqual({
    status: 503,
    answer: { title: 'Service Unavailable', status: 503 },
  });
});

test('a bug is 500, and says nothing', async () => {
  expect(await answerWhenTheDatabaseThrows(new Error('no such column: secret'))).toEqual({
    status: 500,
    answer: { title: 'Internal Server Error', status: 500 },
  });
});
