/** A mail server that is down delays mail, never a page; and what was asked for arrives once, whatever dies meanwhile. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { paths } from '../../src/web/paths.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { linkIn, type MailServer, startMailServer } from '../support/mail-server.ts';
import { endProcesses, type ServerProcess, startServerProcess } from '../support/process.ts';
import { createVisitor } from '../support/visitor.ts';

const grace = { email: 'grace@example.com', password: 'nanoseconds-of-wire-1906' };
const patience = { timeout: 45_000, interval: 200 };

let mail: MailServer;
beforeEach(async () => {
  mail = await startMailServer();
});
afterEach(() => mail.stop());

describe('while the mail server is down', () => {
  let running: TestApp;
  beforeEach(async () => {
    await mail.stop();
    running = await startApp({ env: { SMTP_URL: mail.url } });
  });
  afterEach(() => running.close());

  it('every page answers as ever, and each mail arrives once when it is back', async () => {
    const visitor = createVisitor(running);
    const signUp = await visitor.postForm(paths.signUp, grace);
    expect([signUp.status, signUp.headers.location]).toEqual([303, paths.verifyEmailSent]);
    const forgotten = await visitor.postForm(paths.forgotPassword, { email: person.email });
    expect([forgotten.status, forgotten.headers.location]).toEqual([303, paths.forgotPasswordSent]);
    await running.app.deliverMail();
    expect((await visitor.get(paths.signUp)).status).toBe(200);

    await mail.start();
    await vi.waitFor(async () => {
      await running.app.deliverMail();
      expect(await running.database.db('outbox').select()).toEqual([]);
    }, patience);
    expect([mail.mails.length, mail.mailsTo(grace.email).length, mail.mailsTo(person.email).length]).toEqual([
      2, 1, 1,
    ]);
    expect((await visitor.get(linkIn(mail.mailsTo(person.email)[0]))).status).toBe(200);
  });

  it('[ASVS 14.2.1] no address, link or text gets into the log, and no link into the database', async () => {
    const visitor = createVisitor(running);
    await visitor.postForm(paths.forgotPassword, { email: person.email });
    await running.app.deliverMail();
    await mail.start();
    await vi.waitFor(async () => {
      await running.app.deliverMail();
      expect(mail.mails).toHaveLength(1);
    }, patience);
    const secret = linkIn(mail.mails[0]).split('/').at(-1) ?? '';
    const log = running.log.join('');
    expect(log).toContain('"event":"mail_delayed"');
    expect(log).toContain('"event":"mail_sent"');
    for (const word of [person.email, secret, 'Reset your password']) expect(log).not.toContain(word);
    const tokens = JSON.stringify(await running.database.db('account_tokens').select());
    expect(tokens).toContain('reset-password');
    expect(tokens).not.toContain(secret);
  });

  it('a request for nobody leaves the same behind as one for somebody, and no mail', async () => {
    const visitor = createVisitor(running);
    const answers = [];
    for (const email of [person.email, 'nobody@example.com']) {
      answers.push(await visitor.postForm(paths.forgotPassword, { email }));
    }
    const [known, unknown] = answers.map(({ status, headers, text }) => [status, headers.location, text]);
    expect(unknown).toEqual(known);
    expect(await running.database.db('outbox').select()).toHaveLength(2);
    await mail.start();
    await vi.waitFor(async () => {
      await running.app.deliverMail();
      expect(await running.database.db('outbox').select()).toEqual([]);
    }, patience);
    expect(mail.mails.map((each) => each.to)).toEqual([expect.objectContaining({ text: person.email })]);
  });
});

describe('the process', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase(false);
  });
  afterAll(async () => {
    await endProcesses();
    await database.drop();
  });

  async function start(): Promise<ServerProcess> {
    const running = await startServerProcess({ databaseUrl: database.url, env: { SMTP_URL: mail.url } });
    await running.ready();
    return running;
  }

  it('delivers by itself, and what it could not before it was killed the next one does', {
    timeout: 150_000,
  }, async () => {
    const first = await start();
    await createVisitor(first).postForm(paths.signUp, grace);
    await vi.waitFor(() => expect(mail.mailsTo(grace.email)).toHaveLength(1), patience);

    await mail.stop();
    const ada = { email: 'ada.augusta@example.com', password: grace.password };
    expect((await createVisitor(first).postForm(paths.signUp, ada)).status).toBe(303);
    await vi.waitFor(() => expect(first.output()).toContain('mail_delayed'), patience);
    first.signal('SIGKILL');
    await first.ended;

    await mail.start();
    await start();
    // A claim of the one that was killed is lost after a minute; it had none if it was waiting.
    await vi.waitFor(() => expect(mail.mailsTo(ada.email)).toHaveLength(1), {
      timeout: 75_000,
      interval: 200,
    });
    expect(mail.mails).toHaveLength(2);
  });
});
