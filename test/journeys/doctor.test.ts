/** What the doctor finds, in settings that are right and in settings that are not. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { runTask } from '../support/task.ts';

const secret = 'a-secret-of-at-least-32-characters-0123456789';
let database: TestDatabase;
let mail: MailServer;
beforeAll(async () => {
  [database, mail] = await Promise.all([createTestDatabase(), startMailServer()]);
});
afterAll(async () => {
  await database.drop();
  await mail.stop();
});

const doctor = (env: Record<string, string> = {}, databaseUrl = database.url) =>
  runTask('chores', {
    databaseUrl,
    args: ['doctor'],
    env: { SECRET_KEYS: secret, SMTP_URL: mail.url, ...env },
  });

describe('the doctor', { timeout: 60_000 }, () => {
  it('finds everything in order', async () => {
    const { code, out } = await doctor();
    expect(out.replaceAll(/\d{5}/g, 'PORT')).toBe(
      [
        'ok       origin: http://localhost:3000; passkeys belong to localhost, on this machine only',
        'warning  origin: one secret key made for development. Set SECRET_KEYS in production.',
        'ok       database: reached, and up to date',
        'ok       passkey API: the embedded API answers, for localhost',
        'ok       mail: 127.0.0.1:PORT answers',
        '',
      ].join('\n'),
    );
    expect(code).toBe(0);
  });

  it('finds a mail server that is not there, and none at all', async () => {
    const gone = await doctor({ SMTP_URL: 'smtp://someone:sesame@127.0.0.1:1' });
    expect([gone.code, gone.out]).toEqual([1, expect.stringMatching(/fault {4}mail: .*Look at SMTP_URL/)]);
    expect(gone.out + gone.err).not.toContain('sesame');
    const none = await doctor({ SMTP_URL: '' });
    expect([none.code, none.out]).toEqual([0, expect.stringContaining('warning  mail: none is sent')]);
  });

  it('finds migrations that are pending', async () => {
    const empty = await createTestDatabase(false);
    const { code, out } = await doctor({}, empty.url);
    expect([code, out]).toEqual([1, expect.stringMatching(/fault {4}database: \d+ migrations are pending/)]);
    expect(await empty.db.schema.hasTable('users')).toBe(false);
    await empty.drop();
  });

  it('finds an origin on which browsers have no passkeys', async () => {
    const { code, out } = await doctor({ ORIGIN: 'http://app.example.com' });
    expect([code, out]).toEqual([1, expect.stringContaining('is not https')]);
  });

  it('finds a tenant that does not answer, and never prints its key', async () => {
    const tenant = {
      PASSKEYS_TENANT_ID: '1c6f2b1e-5d0c-4f2a-9b7e-6a1d3c8e4f51',
      PASSKEYS_API_KEY: 'the-key-of-the-tenant',
      PASSKEYS_BASE_URL: 'http://127.0.0.1:1',
    };
    const { code, out, err } = await doctor(tenant);
    expect([code, out]).toEqual([1, expect.stringContaining('the tenant at 127.0.0.1:1 does not answer')]);
    expect(out + err).not.toMatch(/the-key-of|a-secret-of/);
  });
});
