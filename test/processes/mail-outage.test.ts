/** Mail by a process of its own: what was asked for arrives once, whatever dies meanwhile. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { paths } from '../../src/paths.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { type MailServer, startMailServer } from '../support/mail-server.ts';
import { endProcesses, type ServerProcess, startServerProcess } from '../support/process.ts';
import { createVisitor } from '../support/visitor.ts';

const patience = { timeout: 45_000, interval: 200 };
const grace = { email: 'grace@example.com', password: 'nanoseconds-of-wire-1906' };
const ada = { email: 'ada.augusta@example.com', password: grace.password };

let mail: MailServer;
let database: TestDatabase;
beforeEach(async () => {
  [mail, database] = await Promise.all([startMailServer(), createTestDatabase()]);
});
afterEach(async () => {
  await endProcesses();
  await Promise.all([mail.stop(), database.drop()]);
});

async function start(): Promise<ServerProcess> {
  const running = await startServerProcess({ databaseUrl: database.url, env: { SMTP_URL: mail.url } });
  await running.ready();
  return running;
}

it('a process delivers by itself, and what it could not before it was killed the next one does', {
  timeout: 150_000,
}, async () => {
  const first = await start();
  await createVisitor(first).postForm(paths.signUp, grace);
  await vi.waitFor(() => expect(mail.mailsTo(grace.email)).toHaveLength(1), patience);

  await mail.stop();
  expect((await createVisitor(first).postForm(paths.signUp, ada)).status).toBe(303);
  await vi.waitFor(() => expect(first.output()).toContain('mail_delayed'), patience);
  first.signal('SIGKILL');
  await first.ended;

  await mail.start();
  await start();
  // A claim of the one that was killed is lost after a minute; it had none if it was waiting.
  await vi.waitFor(() => expect(mail.mailsTo(ada.email)).toHaveLength(1), { ...patience, timeout: 75_000 });
  expect(mail.mails).toHaveLength(2);
});
