/** A mail server that is down delays mail, never a page; and what was asked for arrives once when it is back. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { paths } from '../../src/paths.ts';
import { person, startApp, type TestApp } from '../support/app.ts';
import { linkIn, type MailServer, startMailServer } from '../support/mail-server.ts';
import { createVisitor } from '../support/visitor.ts';

const grace = { email: 'grace@example.com', password: 'nanoseconds-of-wire-1906' };

let mail: MailServer;
beforeEach(async () => {
  mail = await startMailServer();
});
afterEach(async () => {
  vi.useRealTimers();
  await mail.stop();
});

/** The server is there again, and the pause after the try that failed is over. */
async function comesBack({ app }: TestApp): Promise<void> {
  await mail.start();
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 1_001 });
  await app.deliverMail();
}

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

    await comesBack(running);
    expect(await running.database.db('outbox').select()).toEqual([]);
    expect([mail.mails.length, mail.mailsTo(grace.email).length, mail.mailsTo(person.email).length]).toEqual([
      2, 1, 1,
    ]);
    expect((await visitor.get(linkIn(mail.mailsTo(person.email)[0]))).status).toBe(200);
  });

  it('[ASVS 14.2.1] no address, link or text gets into the log, and no link into the database', async () => {
    const visitor = createVisitor(running);
    await visitor.postForm(paths.forgotPassword, { email: person.email });
    await running.app.deliverMail();
    await comesBack(running);
    expect(mail.mails).toHaveLength(1);
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
    await comesBack(running);
    expect(await running.database.db('outbox').select()).toEqual([]);
    expect(mail.mails.map((each) => each.to)).toEqual([expect.objectContaining({ text: person.email })]);
  });
});
