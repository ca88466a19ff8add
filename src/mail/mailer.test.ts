import type { SMTPServerOptions } from 'smtp-server';
import { afterAll, describe, expect, it } from 'vitest';
import { freePort } from '../../test/support/free-port.ts';
import { type MailServer, startMailServer } from '../../test/support/mail-server.ts';
import { emailAddress } from '../accounts/email-address.ts';
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

const mailerFor = (smtpUrl: string) => createMailer({ from, host: 'app.example.com', smtpUrl });

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

describe.concurrent('a mail over SMTP', () => {
  it('arrives as it was written, from whom it should be, and named', async () => {
    const server = await start();
    await mailerFor(server.url).send(mail);
    const [arrived, ...others] = server.mails;
    expect(others).toEqual([]);
    expect(arrived).toMatchObject({ subject: mail.subject, text: mail.text, html: mail.html });
    expect(arrived?.from?.value).toEqual([{ name: 'Latchkey, Inc', address: 'no-reply@app.example.com' }]);
    expect(arrived?.to).toMatchObject({ value: [{ name: '', address: mail.to }] });
    expect(arrived?.messageId).toBe(`<${mail.id}@app.example.com>`);
    expect(arrived?.headers.get('auto-submitted')).toBe('auto-generated');
    expect(Math.abs(Date.now() - (arrived?.date?.getTime() ?? 0))).toBeLessThan(60_000);
  });

  it('is one of several over one connection', async () => {
    let connections = 0;
    const server = await start({
      onConnect: (_session, done) => {
        connections += 1;
        done();
      },
    });
    const mailer = mailerFor(server.url);
    for (let number = 0; number < 3; number++) await mailer.send(mail);
    expect([server.mails.length, connections]).toEqual([3, 1]);
  });

  it('[ASVS 1.3.11] goes to one address and has no header but ours, whatever stands in the fields', async () => {
    const server = await start();
    const mailer = mailerFor(server.url);
    for (const to of [
      'ada@example.com\r\nBcc: eve@example.com',
      'ada@example.com, eve@example.com',
      'ada@example.com>\r\nRCPT TO:<eve@example.com',
      'Ada <ada@example.com>',
      'ada@example.com;eve@example.com',
      '',
    ]) {
      expect((await faultOf(mailer.send({ ...mail, to })))?.kind).toBe('refused');
    }
    expect(server.mails).toEqual([]);
    await mailer.send({ ...mail, subject: 'Hello\r\nBcc: eve@example.com\r\n\r\nBody' });
    expect(server.mails[0]?.headers.get('bcc')).toBeUndefined();
    expect(server.mails[0]?.text).toBe(mail.text);
  });

  /** A server that takes every address, and what it was told: it shows international domains as people write them. */
  async function startLenient() {
    const told: string[] = [];
    const note: SMTPServerOptions['onRcptTo'] = ({ address }, _session, done) => {
      // A name with dots where no dot may stand is quoted, and the same (RFC 5321, section 4.1.2).
      told.push(emailAddress.parse(address.replaceAll('"', '')));
      done();
    };
    const server = await start({ lenientAddressParsing: true, onMailFrom: note, onRcptTo: note });
    return { server, told };
  }

  it.each([
    'a&b@example.com',
    "o'neil@example.com",
    'a!#$%*/=?^_`{|}~b@example.com',
    'a..b@example.com',
    '.ada@example.com',
    'ada.@example.com',
    'user@xn--e1afmkfd.xn--p1ai',
    `${'a'.repeat(65)}@example.com`,
    `ada@${'a'.repeat(63)}.example`,
  ])('arrives at whatever is an address: %s', async (address) => {
    const { server, told } = await startLenient();
    await mailerFor(server.url).send({ ...mail, to: address });
    expect([told.slice(1), server.mails.length]).toEqual([[address], 1]);
  });

  it.each([
    ["Latchkey <o'neil&co@example.com>", "o'neil&co@example.com"],
    ['a..b@example.com', 'a..b@example.com'],
    ['Почта <no-reply@xn--e1afmkfd.xn--p1ai>', 'no-reply@xn--e1afmkfd.xn--p1ai'],
    ['Почта <no-reply@пример.рф>', 'no-reply@xn--e1afmkfd.xn--p1ai'],
  ])('comes from whatever may be set: %s', async (sender, address) => {
    const { server, told } = await startLenient();
    await createMailer({ from: sender, host: 'app.example.com', smtpUrl: server.url }).send(mail);
    const shown = (server.mails[0]?.from?.value[0]?.address ?? '').replaceAll('"', '');
    expect([told, emailAddress.parse(shown)]).toEqual([[address, mail.to], address]);
  });

  it('has the user and the password of the URL behind it, decoded', async () => {
    const seen: unknown[] = [];
    const server = await start({
      disabledCommands: ['STARTTLS'],
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, done) => {
        seen.push([username, password]);
        done(null, { user: username });
      },
    });
    await mailerFor(server.url.replace('//', '//ada%40example.com:p%2Fa%3As%C3%A9@')).send(mail);
    expect([seen, server.mails.length]).toEqual([[['ada@example.com', 'p/a:sé']], 1]);
  });
});

/** Not one of the names of this machine that are known to be it. */
const strange = (url: string) => url.replace('127.0.0.1', '[::ffff:127.0.0.1]');

describe.concurrent('[ASVS 12.3.1] a mail server elsewhere', () => {
  it('is told nothing without STARTTLS', async () => {
    let told = '';
    const server = await start({
      onMailFrom: ({ address }, _session, done) => {
        told = address;
        done();
      },
    });
    expect((await faultOf(mailerFor(strange(server.url)).send(mail)))?.kind).toBe('unreachable');
    expect([told, server.mails]).toEqual(['', []]);
  });

  it('is told nothing when its certificate proves nothing', async () => {
    const server = await start({ disabledCommands: ['AUTH'], logger: false });
    const starttls = await faultOf(mailerFor(strange(server.url)).send(mail));
    expect(starttls).toMatchObject({ kind: 'unreachable', reason: expect.stringContaining('CERT_') });
    const tls = await start({ secure: true, logger: false });
    const fault = await faultOf(mailerFor(tls.url.replace('smtp:', 'smtps:')).send(mail));
    expect(fault).toMatchObject({ kind: 'unreachable', reason: expect.stringContaining('CERT_') });
    expect([server.mails, tls.mails]).toEqual([[], []]);
  });

  it('takes mail in clear when somebody says that the way to it is private', async () => {
    const server = await start();
    await mailerFor(`${strange(server.url)}?ignoreTLS=true`).send(mail);
    expect(server.mails).toHaveLength(1);
  });
});

describe('the check', () => {
  it('is content with a server that answers', async () => {
    const server = await start();
    await mailerFor(server.url).check();
    expect(server.mails).toEqual([]);
  });

  it('says in words and a code that there is none', async () => {
    const fault = await faultOf(mailerFor(`smtp://127.0.0.1:${await freePort()}`).check());
    expect(fault?.message).toMatch(/^The mail server cannot be reached, .*: ECONNREFUSED CONN$/);
  });
});
