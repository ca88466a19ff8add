/** What an operator does to an account: create, look at, open again, sign out. Each prints what it did. */
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { logEvent, pseudonym } from '../logger.ts';
import { paths } from '../web/paths.ts';
import { operator, type Workplace } from './workplace.ts';

/** Asks for the password, or reads it from standard input. */
export async function createUser({ accounts }: Workplace, email: string): Promise<string> {
  const user = await accounts.create(email, await readPassword());
  return `Created ${user.email}`;
}

export async function showUser(workplace: Workplace, email: string): Promise<string> {
  const { accounts, passkeys, sessionStore } = workplace;
  const { id } = await workplace.userBy(email);
  const facts = await accounts.facts(id);
  const held = await passkeys.listOrNull(id);
  const sessions = await sessionStore.listFor(id);
  return [
    `id                 ${id}`,
    `email              ${facts?.email}${facts?.emailVerified ? '' : ' (not confirmed)'}`,
    `created            ${facts?.createdAt.toISOString()}`,
    `password           ${facts?.hasPassword ? 'yes' : 'none'}`,
    `passkeys           ${held ? held.length : 'not available right now'}`,
    `sessions           ${sessions.length}`,
  ].join('\n');
}

/** @param print for an operator who hands the link over; otherwise it is mailed */
export async function resetLink(workplace: Workplace, email: string, print: boolean): Promise<string> {
  const { config, links, logger, post } = workplace;
  const user = await workplace.userBy(email);
  const facts = { user: pseudonym(user.id), reason: 'by an operator', ...operator };
  logEvent(logger, 'password_reset_requested', { outcome: 'success', ...facts });
  if (print) {
    const secret = randomBytes(16).toString('base64url');
    await links.issueReset(secret, user.id);
    return `${config.origin}${paths.resetPassword(secret)}\nIt works once, for 30 minutes. Give it to nobody but ${user.email}.`;
  }
  if (!config.mail)
    return 'No mail is sent here (SMTP_URL is not set). Use --print, and hand the link over yourself.';
  await post({ kind: 'reset-password', userId: user.id });
  return `A link is on its way to ${user.email}. It goes out with the running server.`;
}

export async function endSessions(workplace: Workplace, email: string): Promise<string> {
  const { logger, sessionStore } = workplace;
  const user = await workplace.userBy(email);
  const ended = await sessionStore.endOthers(user.id);
  const facts = { user: pseudonym(user.id), reason: `by an operator: ${ended}`, ...operator };
  logEvent(logger, 'sessions_ended', { outcome: 'changed', ...facts });
  await workplace.tell(user, 'sessions_ended', String(ended));
  return ended === 1 ? 'Ended 1 session' : `Ended ${ended} sessions`;
}

/** One line; what is typed is not shown. */
async function readPassword(): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  if (process.stdin.isTTY) process.stderr.write('Password: ');
  const lines = createInterface({ input: process.stdin, output: silent, terminal: process.stdin.isTTY });
  for await (const line of lines) {
    lines.close();
    if (process.stdin.isTTY) process.stderr.write('\n');
    return line;
  }
  return '';
}
