/** Why a mail was not sent, sorted by what it means for this mail and all others. Knows SMTP; sends nothing. */

/** What nodemailer hangs on its errors; `originalCode` is the system's, under `code` its own. */
type SmtpError = { code?: string; originalCode?: string; responseCode?: number; command?: string };

/** `unreachable`: no mail at all gets through now; `delayed`: this one does not now; `refused`: this one never will. */
type Kind = 'unreachable' | 'delayed' | 'refused';

const sentences: Record<Kind, string> = {
  unreachable: 'The mail server cannot be reached, or takes no mail from here',
  delayed: 'The mail server does not take this mail now',
  refused: 'The mail server does not take this mail',
};

/** What answers of the server are about it or us, whatever they were given to (RFC 5321, 3.8; RFC 4954, section 6). */
const aboutUs = [421, 530, 534, 535, 538];

/** Its cause may name an address: for nobody's log. Its message and its reason do not. */
export class MailFault extends Error {
  readonly kind: Kind;
  /** Codes alone, such as "550 RCPT TO" or "ECONNREFUSED CONN". */
  readonly reason: string;

  /** @param cause what nodemailer or the file system threw */
  constructor(cause: unknown) {
    const { code, originalCode, responseCode, command } = cause as SmtpError;
    const kind = kindOf(cause as SmtpError);
    const reason = [responseCode ?? originalCode ?? code, command].filter(Boolean).join(' ');
    super(`${sentences[kind]}: ${reason}`, { cause });
    this.name = 'MailFault';
    this.kind = kind;
    this.reason = reason;
  }
}

/**
 * Only what is said about the recipient or the text is about this mail (RFC 5321, section 4.2.1): who sends is the same
 * for all, so that a refused sender must not cost anybody a mail.
 */
function kindOf({ code, responseCode, command }: SmtpError): Kind {
  const isMail = code === 'EENVELOPE' || code === 'EMESSAGE';
  // Nobody was asked: this can be no address, or is too long.
  if (isMail && responseCode === undefined) return 'refused';
  if (!isMail || command === 'MAIL FROM' || aboutUs.includes(responseCode ?? 0)) return 'unreachable';
  // 503 is about the order of commands, which is right on a new connection.
  return (responseCode ?? 0) >= 500 && responseCode !== 503 ? 'refused' : 'delayed';
}
