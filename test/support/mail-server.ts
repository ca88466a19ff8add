/** A real SMTP server on a free loopback port, which keeps what it is given. Can go away and come back. */
import type { AddressInfo, Socket } from 'node:net';
import { type AddressObject, type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** Both parts as they were written: to make the one from the other, as mail programs do, takes longer than all else here. */
const asWritten = { skipHtmlToText: true, skipTextToHtml: true, skipImageLinks: true };

export type MailServer = Awaited<ReturnType<typeof startMailServer>>;

/** @param options such as `onRcptTo`, to refuse somebody */
export async function startMailServer(options: SMTPServerOptions = {}) {
  const mails: ParsedMail[] = [];
  const connections = new Set<Socket>();
  let server: SMTPServer;
  let port = 0;

  async function start(): Promise<void> {
    server = new SMTPServer({
      disabledCommands: ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      onData: (stream, _session, done) => {
        simpleParser(stream, asWritten).then((mail) => {
          mails.push(mail);
          done();
        }, done);
      },
      ...options,
    });
    // A client that goes away in the middle is no fault of the server.
    server.on('error', () => {});
    server.server.on('connection', (connection: Socket) => {
      connections.add(connection);
      connection.once('close', () => connections.delete(connection));
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    port = (server.server.address() as AddressInfo).port;
  }

  await start();
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    /** What has come for one address, oldest first. */
    mailsTo: (email: string) => mails.filter((mail) => addressOf(mail) === email),
    clear: () => void mails.splice(0),
    /** At once, in the middle of whatever is going on. */
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const connection of connections) connection.destroy();
      }),
    /** Again on the same port. */
    start,
  };
}

/** The path of the one link in a mail. */
export function linkIn(mail: ParsedMail | undefined): string {
  const [, link] = /https?:\/\/[^/\s]+(\/\S+)/.exec(mail?.text ?? '') ?? [];
  if (!link) throw new Error(`there is no link in the mail ${mail?.subject}`);
  return link;
}

function addressOf({ to }: ParsedMail): string | undefined {
  return (to as AddressObject | undefined)?.value[0]?.address;
}
