/** What an operator does to an account: create, find, look at, open again, sign out. Each prints what it did. */

import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { isNoAddress } from '../accounts/no-address.ts';
import { hashPassword, normalisedPassword, shortestPassword } from '../accounts/password.ts';
import type { AccountFacts, User } from '../accounts/user.ts';
import { AppError } from '../errors.ts';
import { tokenLifetime } from '../lifetimes.ts';
import { pseudonym } from '../logger.ts';
import { paths } from '../paths.ts';
import { durationWords } from '../times.ts';
import type { Streams } from './chore.ts';
import { operator, type Workplace } from './workplace.ts';

/** Asks for the password, or reads it from standard input. */
export async function createUser(
  { operations }: Workplace,
  email: string,
  streams: Streams,
): Promise<string> {
  const passwordHash = await hashOf(await readPassword(streams));
  const user = await operations.createAccount({ email, passwordHash }, operator);
  return `Created ${user.email}`;
}

/**
 * The hash of a password that an operator chose, who is asked for its length alone.
 *
 * @throws {AppError} `invalid_input` when it is too short or too long
 */
async function hashOf(password: string): Promise<string> {
  if ([...(normalisedPassword(password) ?? password)].length < shortestPassword)
    throw new AppError('invalid_input', `A password needs at least ${shortestPassword} characters.`);
  return hashPassword(password);
}

/**
 * @param name of the log, which is a hash: it is found by looking through all of them
 * @throws {AppError} `not_found` with a sentence
 */
export async function findUser({ accounts }: Workplace, name: string): Promise<string> {
  for await (const id of accounts.ids())
    if (pseudonym(id) === name) return (await accounts.facts(id))?.email ?? 'This account was just deleted.';
  throw new AppError('not_found', 'There is no account of this name in the log: deleted, perhaps.');
}

export async function showUser(workplace: Workplace, email: string): Promise<string> {
  const { accounts, passkeys, sessionStore } = workplace;
  const { id } = await workplace.userBy(email);
  const facts = await accounts.facts(id);
  const held = await passkeys.listOrNull(id);
  const sessions = await sessionStore.listFor(id);
  return [
    `id                 ${id}`,
    `in the log         ${pseudonym(id)}`,
    `email              ${emailOf(facts)}`,
    `created            ${facts?.createdAt.toISOString()}`,
    `password           ${facts?.hasPassword ? 'yes' : 'none'}`,
    `passkeys           ${held ? held.length : 'not available right now'}`,
    `sessions           ${sessions.length}`,
    `second factor      ${facts ? await secondFactorOf(workplace, facts) : 'off'}`,
    `recovery codes     ${await accounts.recoveryCodesLeft(id)}`,
  ].join('\n');
}

function ownerOf({ email }: User): string {
  return isNoAddress(email) ? 'the owner of the account' : email;
}

/** An account without an address is found here by what stands in for one. */
function emailOf(facts: AccountFacts | null): string {
  if (facts?.address === null) return `none (here ${facts.email})`;
  return `${facts?.email}${facts?.emailVerified ? '' : ' (not confirmed)'}`;
}

/** Since when somebody has chosen it, or whether this site asks them without. */
async function secondFactorOf({ policy }: Workplace, facts: AccountFacts): Promise<string> {
  if (facts.secondFactorSince) return `since ${facts.secondFactorSince.toISOString()}`;
  return (await policy.asksSecondFactor(facts)) ? 'required by this site' : 'off';
}

/**
 * @param print for an operator who hands the link over; otherwise it is mailed
 * @throws {AppError} `invalid_request` when it is to be mailed and no mail is sent, or none reaches the account
 */
export async function resetLink(workplace: Workplace, email: string, print: boolean): Promise<string> {
  const { config, mailWords, operations } = workplace;
  const user = await workplace.userBy(email);
  if (!print && !config.mail) throw cannotMail('No mail is sent here (SMTP_URL is not set).');
  if (!print && isNoAddress(user.email)) throw cannotMail('This account has no email address.');
  const link = await operations.makeResetLink({ userId: user.id, operator: true }, print, operator);
  if (link.secret === null) return `A link is on its way to ${link.email}. ${mailWords}`;
  return [
    config.origin + paths.resetPassword(link.secret),
    `It works once, for ${durationWords(tokenLifetime['reset-password'])}. Give it to nobody but ${ownerOf(user)}. ${isNoAddress(user.email) ? '' : mailWords}`.trim(),
  ].join('\n');
}

function cannotMail(why: string): AppError {
  return new AppError('invalid_request', `${why} Use --print, and hand the link over yourself.`);
}

/**
 * For whoever has neither a passkey nor a code any more.
 *
 * @throws {AppError} `invalid_request` where this site asks everybody
 */
export async function turnOffSecondFactor(workplace: Workplace, email: string): Promise<string> {
  const { id } = await workplace.userBy(email);
  const isOn = (await workplace.accounts.facts(id))?.secondFactorSince != null;
  const who = { userId: id, operator: true } as const;
  const outcome = await workplace.operations.turnOffSecondFactor(who, null, operator);
  if (outcome === 'required')
    throw new AppError(
      'invalid_request',
      'REQUIRE_SECOND_FACTOR asks everybody who has a passkey. Use recovery-codes:new, or remove their passkeys.',
    );
  return isOn ? `The password is enough again. ${workplace.mailWords}` : 'It was off already.';
}

/**
 * Ten new recovery codes, in place of those that there are.
 *
 * @returns them, one a line, and what to do with them
 * @throws {AppError} `invalid_request` where nothing is asked for after the password
 */
export async function newRecoveryCodes(workplace: Workplace, email: string): Promise<string> {
  const user = await workplace.userBy(email);
  const made = await workplace.operations.renewRecoveryCodes({ userId: user.id, operator: true }, operator);
  if (!made) throw new AppError('invalid_request', 'This account is asked for nothing after its password.');
  return [
    ...made.codes,
    `Each works once, in place of a passkey. They are shown once: give them to nobody but ${ownerOf(user)}. ${isNoAddress(user.email) ? '' : workplace.mailWords}`.trim(),
  ].join('\n');
}

/** Signs somebody out everywhere. Who was signed in nowhere is told nothing. */
export async function endSessions(workplace: Workplace, email: string): Promise<string> {
  const { id } = await workplace.userBy(email);
  const { ended } = await workplace.operations.endOtherSessions({ userId: id, operator: true }, operator);
  if (ended === 0) return 'There was no session. Links that were mailed before work no more.';
  return `${ended === 1 ? 'Ended 1 session' : `Ended ${ended} sessions`}. ${workplace.mailWords}`;
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
