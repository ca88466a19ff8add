/**
 * Sends one mail: over SMTP, or into a folder that stands in for it in development. The only file that knows nodemailer.
 * Knows nothing of what mails are about.
 */
import { createTransport } from 'nodemailer';
import { isThisMachine, withoutBrackets } from '../settings/hosts.ts';
import { MailFault } from './mail-fault.ts';
import type { Mailbox } from './mailbox.ts';

/** Milliseconds to reach the server, for each of its answers, and for all of a mail. */
const patience = { connect: 5_000, answer: 10_000, whole: 15_000 };

/** Milliseconds for which a connection is kept for the next mail. */
const idleTime = 5_000;

type Deadlines = typeof patience;

export type Message = {
  to: string;
  subject: string;
  text: string;
  html: string;
  /** Pictures that the HTML shows by their ids (`cid:`, RFC 2392): they come with the mail, so that none is fetched. */
  images?: { id: string; png: Buffer }[];
};

export type Mailer = {
  /**
   * @param message.id names it, so that a second copy is recognised as the same mail (RFC 5322, section 3.6.4)
   * @throws {MailFault}
   */
  send(message: Message & { id: string }): Promise<void>;
  /** Whether mail could be sent now. @throws {MailFault} with the reason */
  check(): Promise<void>;
};

type Sender = {
  /** An address, perhaps with a name. */
  from: string;
  /** What the names of mails end with. */
  host: string;
};

/** What leads to a mail server, or what stands in for one. */
export type MailSettings = Sender & ({ smtpUrl: string } | { mailbox: Mailbox });

/** @param deadlines milliseconds after which a server counts as unreachable */
export function createMailer(settings: MailSettings, deadlines = patience): Mailer {
  return 'mailbox' in settings
    ? toMailbox(settings, settings.mailbox)
    : toServer(settings, settings.smtpUrl, deadlines);
}

function toServer(sender: Sender, smtpUrl: string, deadlines: Deadlines): Mailer {
  // Opened for the first mail, so that no start waits until nodemailer is loaded.
  let transport: ReturnType<typeof openTransport> | undefined;
  const opened = () => {
    transport ??= openTransport(smtpUrl, deadlines);
    return transport;
  };
  return {
    send: (message) =>
      sorted(() =>
        opened().sendMail({ ...mailOf(message, sender), signal: AbortSignal.timeout(deadlines.whole) }),
      ),
    check: () => sorted(() => opened().verify()),
  };
}

function openTransport(smtpUrl: string, deadlines: Deadlines) {
  return createTransport(smtpOptions(smtpUrl, deadlines));
}

function toMailbox(sender: Sender, mailbox: Mailbox): Mailer {
  return {
    send: (message) =>
      sorted(async () => {
        const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
        const { message: raw } = await transport.sendMail(mailOf(message, sender));
        await mailbox.keep(message, raw as Buffer);
      }),
    check: async () => {},
  };
}

async function sorted(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    throw new MailFault(cause);
  }
}

function mailOf({ id, to, images = [], ...content }: Message & { id: string }, { from, host }: Sender) {
  if (!/^[^\s\p{Cc}<>,;:]+$/u.test(to)) {
    throw Object.assign(new Error('this is not one address'), { code: 'EENVELOPE' });
  }
  return {
    ...content,
    attachments: images.map((image) => ({
      cid: image.id,
      filename: `${image.id.split('@')[0]}.png`,
      content: image.png,
      contentDisposition: 'inline' as const,
    })),
    from,
    // An object is never parsed, so that no address can become two.
    to: { name: '', address: to },
    messageId: `<${id}@${host}>`,
    // No robot answers to it, and no holiday notice (RFC 3834, section 5).
    headers: { 'Auto-Submitted': 'auto-generated' },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/**
 * Taken from the URL one by one: of a URL as a whole nodemailer takes any option there is, even to verify no certificate.
 * STARTTLS is insisted on unless the server is on this machine, or somebody says that the way to it is private.
 */
function smtpOptions(smtpUrl: string, deadlines: Deadlines) {
  const { protocol, hostname, port, username, password, searchParams } = new URL(smtpUrl);
  const secure = protocol === 'smtps:';
  const inClear = isThisMachine(hostname) || searchParams.get('ignoreTLS') === 'true';
  return {
    host: withoutBrackets(hostname),
    port: Number(port) || (secure ? 465 : 587),
    secure,
    requireTLS: !secure && !inClear,
    ignoreTLS: !secure && inClear,
    auth: username ? { user: decodeURIComponent(username), pass: decodeURIComponent(password) } : undefined,
    pool: true as const,
    maxConnections: 1,
    // A connection that was lost before anything was said on it.
    maxRequeues: 1,
    idleTimeout: idleTime,
    connectionTimeout: deadlines.connect,
    greetingTimeout: deadlines.connect,
    socketTimeout: deadlines.answer,
  };
}
