import type { SMTPServerOptions } from 'smtp-server';
import { afterAll, describe, expect, it } from 'vitest';
import { type MailServer, startMailServer } from '../../test/support/mail-server.ts';
import { MailFault } from './mail-fault.ts';
import { createMailer } from './mailer.ts';

const from = '"Latchkey, Inc" <no-reply@app.example.com>';
const mail = {
  id: 'A'.repeat(43),
  to: 'ada@example.com',
  subject: 'Confirm your email address',
  text: 'Open this:\n\nhttps://app.example.com/verify-email/secret\n',
  html: '<p>Open this: <a href="https://app.example.com/verify-email/secret">this</a></p>',
};

const servers: MailServer[] = [];
afterAll(() => Promise.all(servers.splice(0).map((server) => server.stop())));

async function start(options: SMTPServerOptions = {}): Promise<MailServer> {
  const server = await startMailServer(options);
  servers.push(server);
  return server;
}

const mailerFor = (smtpUrl: string, deadlines?: Parameters<typeof createMailer>[1]) =>
  createMailer({ from, host: 'app.example.com', smtpUrl }, deadlines);

/** What becomes of a mail: how it failed, or null. */
async function faultOf(work: Promise<void>): Promise<MailFault | null> {
  try {
    await work;
    return null;
  } catch (error) {
    if (error instanceof MailFault) return error;
    throw error;
  }
}

/** A refusal in the words of servers, which name the address. */
const refusal = (responseCode: number, address = mail.to) =>
  Object.assign(new Error(`<${address}> is not welcome`), { responseCode });

describe.concurrent('a mail that is not sent', () => {
  it.each([
    ['a recipient that does not exist', 550, 'refused'],
    ['a recipient that has no room now', 452, 'delayed'],
    ['a greylist', 451, 'delayed'],
    ['a server that goes away', 421, 'unreachable'],
    ['a server that wants a password', 530, 'unreachable'],
  ])('because of %s is %s %s', async (_, code, kind) => {
    const server = await start({ onRcptTo: (_address, _session, done) => done(refusal(code)) });
    const fault = await faultOf(mailerFor(server.url).send(mail));
    expect([fault?.kind, fault?.reason]).toEqual([kind, expect.stringMatching(`^${code} (RCPT TO|CONN)$`)]);
    expect(server.mails).toEqual([]);
  });

  it.each([
    [554, 'refused'],
    [451, 'delayed'],
  ])('because of its text, with %s, is %s', async (code, kind) => {
    const server = await start({
      onData: (stream, _session, done) => void stream.resume().once('end', () => done(refusal(code))),
    });
    expect((await faultOf(mailerFor(server.url).send(mail)))?.kind).toBe(kind);
  });

  it('because of its sender is not lost: all mails have the same', async () => {
    const server = await start({ onMailFrom: (_address, _session, done) => done(refusal(550)) });
    const fault = await faultOf(mailerFor(server.url).send(mail));
    expect([fault?.kind, fault?.reason]).toEqual(['unreachable', '550 MAIL FROM']);
  });

  // By itself: the port of a server that is stopped is for anybody who starts.
  it.sequential('because nobody listens is not lost, and the next one may arrive', async () => {
    const server = await start();
    const mailer = mailerFor(server.url);
    await mailer.send(mail);
    await server.stop();
    const fault = await faultOf(mailer.send(mail));
    expect([fault?.kind, fault?.reason]).toEqual(['unreachable', 'ECONNREFUSED CONN']);
    await server.start();
    await mailer.send(mail);
    expect(server.mails).toHaveLength(2);
  });

  it('because the server greets nobody, or answers no more, is not lost', async () => {
    const silent = await start({ onConnect: () => {} });
    const asleep = await start({ onRcptTo: () => {} });
    const long = { connect: 10_000, answer: 10_000, whole: 10_000 };
    const faults = await Promise.all([
      faultOf(mailerFor(silent.url, { ...long, connect: 200 }).send(mail)),
      faultOf(mailerFor(asleep.url, { ...long, answer: 200 }).send(mail)),
    ]);
    for (const fault of faults)
      expect([fault?.kind, fault?.reason]).toEqual(['unreachable', 'ETIMEDOUT CONN']);
  });

  it('because it takes too long as a whole is not lost', async () => {
    const asleep = await start({ onRcptTo: () => {} });
    const deadlines = { connect: 5_000, answer: 5_000, whole: 200 };
    expect((await faultOf(mailerFor(asleep.url, deadlines).send(mail)))?.kind).toBe('unreachable');
  });

  it('because the password is wrong is not lost, and the reason has no password in it', async () => {
    const server = await start({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: (_auth, _session, done) => done(new Error('no')),
    });
    const mailer = mailerFor(server.url.replace('//', '//ada:hunter2@'));
    const fault = await faultOf(mailer.check());
    expect(fault?.message).toMatch(
      /^The mail server cannot be reached, or takes no mail from here: 535 AUTH/,
    );
    expect((await faultOf(mailer.send(mail)))?.kind).toBe('unreachable');
    expect(server.mails).toEqual([]);
  });

  it('[ASVS 16.2.5] has a reason that names neither the address nor the mail', async () => {
    const server = await start({ onRcptTo: (_address, _session, done) => done(refusal(550)) });
    const fault = await faultOf(mailerFor(server.url).send(mail));
    expect(String(fault?.cause)).toContain(mail.to);
    expect(`${fault?.message} ${fault?.reason}`).not.toMatch(/ada|example|Confirm|secret/);
  });
});
