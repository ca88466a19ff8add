/** What the doctor finds about mail: whether the server takes us, and which letters wait. Sends nothing. */
import type { Config } from '../config.ts';
import type { Database } from '../db/database.ts';
import type { MailFault } from '../mail/mail-fault.ts';
import { openMailbox } from '../mail/mailbox.ts';
import { createMailer } from '../mail/mailer.ts';
import { createOutbox } from '../mail/outbox.ts';
import { SetupFault } from '../setup-fault.ts';
import { certificateFault } from './certificate-fault.ts';
import { type Finding, findingsAbout } from './finding.ts';

/** Minutes after which a letter that still waits is more than one that is on its way. */
const usual = 5;

/** Connects and signs in, if there is a server to connect to. */
export async function checkMail({ mail, rpId, signup }: Config): Promise<Finding> {
  const { ok, warning, fault } = findingsAbout('mail');
  if (!mail) {
    const lost = signup ? 'nobody can sign up or reset a password' : 'nobody can reset a password';
    return warning(
      `none is sent: ${lost} by themselves, and nobody is told of changes to their account. Set SMTP_URL.`,
    );
  }
  try {
    if ('mailbox' in mail) {
      openMailbox(mail.mailbox, false);
      return ok('kept in data/mail and shown at /dev/mailbox, as this is development');
    }
    await createMailer({ from: mail.from, host: rpId, smtpUrl: mail.smtpUrl }).check();
    return ok(`${new URL(mail.smtpUrl).host} answers, and takes mail from here`);
  } catch (error) {
    if (error instanceof SetupFault) return fault(error.message);
    return fault(sentenceOf(error as MailFault, mail));
  }
}

/** What to do about a certificate is not found in SMTP_URL. */
function sentenceOf({ message, reason }: MailFault, mail: NonNullable<Config['mail']>): string {
  const host = 'smtpUrl' in mail ? new URL(mail.smtpUrl).host : '';
  const certificate = certificateFault(reason);
  if (certificate === 'untrusted')
    return `${host} has a certificate of nobody whom this machine trusts (${reason}): no mail goes out. Name your own authority in NODE_EXTRA_CA_CERTS, for the server as well.`;
  if (certificate === 'bad')
    return `${host} has a certificate that is not good (${reason}): expired, or for another name. Let it be renewed, or name the host in SMTP_URL as it does.`;
  return `${message}. Look at SMTP_URL.`;
}

/** Letters that wait are delivered by the running server, and lost to nobody's knowledge without one. */
export async function checkOutbox(db: Database): Promise<Finding> {
  const { ok, warning } = findingsAbout('outbox');
  const { count, oldest } = await createOutbox(db).waiting();
  if (!oldest) return ok('no letters wait');
  const waits = `${count === 1 ? 'one letter waits' : `${count} letters wait`}, the oldest since ${oldest.toISOString()}`;
  if (Date.now() - oldest.getTime() < usual * 60_000) return ok(waits);
  return warning(`${waits}. Look whether the server runs, and for mail_delayed in its log.`);
}
