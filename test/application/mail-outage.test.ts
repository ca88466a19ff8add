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

  it('[ASVS 14.2.1] every page answers as ever, each mail arrives once when it is back, and the log has nothing of them', async () => {
    const { db } = running.database;
    const visitor = createVisitor(running);
    const signUp = await visitor.postForm(paths.signUp, grace);
    expect([signUp.status, signUp.headers.location]).toEqual([303, paths.verifyEmailSent]);
    const answers = [];
    for (const email of [person.email, 'nobody@example.com'])
      answers.push(await visitor.postForm(paths.forgotPassword, { email }));
    // A request for nobody leaves the same behind as one for somebody.
    const [known, unknown] = answers.map(({ status, headers, text }) => [status, headers.location, text]);
    expect(known?.slice(0, 2)).toEqual([303, paths.forgotPasswordSent]);
    expect(unknown).toEqual(known);
    expect(await db('outbox').select()).toHaveLength(3);
    await running.app.deliverMail();
    expect((await visitor.get(paths.signUp)).status).toBe(200);

    await comesBack(running);
    expect(await db('outbox').select()).toEqual([]);
    const to = mail.mails.map((each) =>
      [each.to]
        .flat()
        .map((address) => address?.text)
        .join(),
    );
    expect(to.sort()).toEqual([person.email, grace.email].sort());
    const link = linkIn(mail.mailsTo(person.email)[0]);
    expect((await visitor.get(link)).status).toBe(200);

    const secret = link.split('/').at(-1) ?? '';
    const log = running.log.join('');
    expect(log).toContain('"event":"mail_delayed"');
    expect(log).toContain('"event":"mail_sent"');
    for (const word of [person.email, secret, 'Reset your password']) expect(log).not.toContain(word);
    const tokens = JSON.stringify(await db('account_tokens').select());
    expect(tokens).toContain('reset-password');
    expect(tokens).not.toContain(secret);
  });
});
