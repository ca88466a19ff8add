/**
 * Where ceremony tickets wait between start and finish: a signed, short-lived cookie that only this browser sends.
 * Holds the newest five, so that several tabs work. Trusts nothing in it to be unused; the table decides that.
 */
import * as z from 'zod';
import { type Ticket, ticketSchema } from '../../passkeys/tickets.ts';
import type { AppContext } from './context.ts';
import { readCookie, setCookie } from './cookies.ts';

const mostTickets = 5;
/** Characters of the cookie: all that we set must fit into one line of a proxy, beside those of others. */
const longest = 1_500;
const tickets = z.array(ticketSchema).max(mostTickets);

/** The live tickets of this browser, newest first; none when the cookie is missing, altered or stale. */
export function readTickets(ctx: AppContext, secure: boolean): Ticket[] {
  const value = readCookie(ctx, 'ceremony', secure);
  if (!value) return [];
  try {
    const parsed = tickets.parse(JSON.parse(Buffer.from(value, 'base64url').toString('utf8')));
    return parsed.filter(({ expiresAt }) => expiresAt > Date.now());
  } catch {
    return [];
  }
}

/** @param expiresIn seconds */
export function rememberTicket(ctx: AppContext, ticket: Ticket, expiresIn: number, secure: boolean): void {
  const kept = [ticket, ...readTickets(ctx, secure)].slice(0, mostTickets);
  while (kept.length > 1 && encoded(kept).length > longest) kept.pop();
  setCookie(ctx, 'ceremony', encoded(kept), secure, { sameSite: 'strict', maxAge: expiresIn * 1000 });
}

function encoded(kept: Ticket[]): string {
  return Buffer.from(JSON.stringify(kept)).toString('base64url');
}
