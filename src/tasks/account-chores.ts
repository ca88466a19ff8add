/** What an operator does to an account: create, look at, open again, sign out. Each prints what it did. */
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import type { User } from '../accounts/user.ts';
import { AppError } from '../errors.ts';
import { logEvent, pseudonym } from '../logger.ts';
import { paths } from '../web/paths.ts';
import type { Streams } from './chore.ts';
import { operator, type Workplace } from './workplace.ts';

/** Asks for the password, or reads it from standard input. */
export async function createUser(
  { accounts, note }: Workplace,
  email: string,
  streams: Streams,
): Promise<string> {
  const user = await accounts.create(email, await readPassword(streams));
  await note(user, 'account_created');
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

/**
 * @param print for an operator who hands the link over; otherwise it is mailed
 * @throws {AppError} `invalid_request` when it is to be mailed and no mail is sent
 */
export async function resetLink(workplace: Workplace, email: string, print: boolean): Promise<string> {
  const { config, logger } = workplace;
  const user = await workplace.userBy(email);
  if (!print && !config.mail) throw noMail();
  const facts = { user: pseudonym(user.id), reason: 'by an operator', ...operator };
  logEvent(logger, 'password_reset_requested', { outcome: 'success', ...facts });
  return print ? printed(workplace, user) : mailed(workplace, user);
}

async function mailed({ note, post }: Workplace, user: User): Promise<string> {
  await note(user, 'reset_link_made');
  return `A link is on its way to ${user.email}. ${await post({ kind: 'reset-password', userId: user.id })}`;
}

/** The owner is told before there is a link: one that is handed to somebody else must not go unnoticed. */
async function printed({ config, links, tell }: Workplace, user: User): Promise<string> {
  const told = await tell(user, 'reset_link_made');
  const secret = randomBytes(16).toString('base64url');
  await links.issueReset(secret, user.id);
  return [
    config.origin + paths.resetPassword(secret),
    `It works once, for 30 minutes. Give it to nobody but ${user.email}. ${told}`,
  ].join('\n');
}

function noMail(): AppError {
  return new AppError(
    'invalid_request',
    'No mail is sent here (SMTP_URL is not set). Use --print, and hand the link over yourself.',
  );
}

/** Signs somebody out everywhere. Who was signed in nowhere is told nothing. */
export async function endSessions(workplace: Workplace, email: string): Promise<string> {
  const { logger, sessionStore } = workplace;
  const user = await workplace.userBy(email);
  const ended = await sessionStore.endOthers(user.id);
  if (ended === 0) return 'There was no session.';
  const facts = { user: pseudonym(user.id), reason: `by an operator: ${ended}`, ...operator };
  logEvent(logger, 'sessions_ended', { outcome: 'changed', ...facts });
  const told = await workplace.tell(user, 'sessions_ended', String(ended));
  return `${ended === 1 ? 'Ended 1 session' : `Ended ${ended} sessions`}. ${told}`;
}

/** One line; what is typed is not shown. */
async function readPassword({ stdin, stderr }: Streams): Promise<string> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const asks = stdin.isTTY === true;
  if (asks) stderr.write('Password: ');
  const lines = createInterface({ input: stdin, output: silent, terminal: asks });
  for await (const line of lines) {
    lines.close();
    if (asks) stderr.write('\n');
    return line;
  }
  return '';
}
