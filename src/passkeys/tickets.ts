/**
 * Ceremony tickets: a challenge is good once, in the browser that asked for it, for the purpose and the person it
 * was asked for. The browser keeps the ticket; the table of used challenges decides. Knows no cookies.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { Database } from '../db/database.ts';
import { sweepRows } from '../db/sweep.ts';
import { AppError } from '../errors.ts';
import { ticketLifetime } from '../lifetimes.ts';

/** A ticket as a browser keeps it. */
export const ticketSchema = z.object({
  challenge: z.string(),
  purpose: z.enum([
    'register',
    'upgrade',
    'sign-in',
    'reauth',
    'second factor',
    'second factor registration',
    'confirmation',
  ]),
  /** Whose ceremony it is, when that is known at its start. */
  userId: z.string().nullable(),
  /** The sign-in it belongs to: a later session of the same person does not inherit it. */
  signInId: z.string().nullable(),
  /** The epoch of the account at the start, with which the ticket ends; null while nobody is named. */
  epoch: z.number().nullable(),
  /** What is to be confirmed, and as what it is signed; left out for everything else. */
  act: z.object({ name: z.string(), transactionId: z.string(), at: z.string() }).optional(),
  /** Milliseconds since 1970. */
  expiresAt: z.number(),
});

export type Ticket = z.infer<typeof ticketSchema>;

/** What a ticket must match to be redeemed. */
export type Presented = Pick<Ticket, 'purpose' | 'userId' | 'signInId' | 'epoch'> & {
  challenge: string | null;
  /** The name of the act that is confirmed. */
  act?: string | undefined;
};

/**
 * A ticket for a challenge that has just been issued.
 *
 * @param timeout milliseconds that the service promised for the challenge
 * @returns the ticket, and its life in whole seconds
 */
export function issueTicket(
  facts: Pick<Ticket, 'challenge' | 'purpose' | 'userId' | 'signInId' | 'epoch' | 'act'>,
  timeout: number,
): { ticket: Ticket; expiresIn: number } {
  const expiresIn = Math.floor(Math.min(ticketLifetime, timeout) / 1000);
  return { ticket: { ...facts, expiresAt: Date.now() + expiresIn * 1000 }, expiresIn };
}

export type Ceremonies = ReturnType<typeof createCeremonies>;

/** The tickets of all browsers, held against one table of challenges that were used. */
export function createCeremonies(db: Database) {
  const used = () => db<{ challenge_hash: string; expires_at: string }>('used_challenges');

  /**
   * Consumes what is good once, a challenge or a permission with a name of its own: whoever is first has it.
   *
   * @param until milliseconds since 1970; it must not be given out any more by then
   * @returns whether we were first
   */
  async function consume(name: string, until: number): Promise<boolean> {
    const row = {
      challenge_hash: createHash('sha256').update(name).digest('base64url'),
      expires_at: new Date(until).toISOString(),
    };
    const inserted = await used()
      .insert(row)
      .onConflict('challenge_hash')
      .ignore()
      .returning('challenge_hash');
    return inserted.length === 1;
  }

  return {
    /**
     * Consumes the ticket for a challenge, for good: whatever fails afterwards, a new ceremony is needed. Challenges
     * are compared as text, since base64url has several spellings of the same bytes.
     *
     * @returns the ticket
     * @throws {AppError} `challenge_expired` when no ticket matches or somebody was first
     */
    async redeem(tickets: readonly Ticket[], presented: Presented): Promise<Ticket> {
      const ticket = tickets.find((candidate) => matches(candidate, presented));
      if (!ticket) throw expired('no ticket of this browser, purpose and user');
      if (!(await consume(ticket.challenge, ticket.expiresAt))) throw expired('used before');
      return ticket;
    },

    consume,

    /** Forgets challenges whose tickets have expired anyway: a minute late, since another process's clock may be behind. */
    sweep: (): Promise<void> =>
      sweepRows(db, {
        table: 'used_challenges',
        key: 'challenge_hash',
        column: 'expires_at',
        before: new Date(Date.now() - 60_000).toISOString(),
      }),
  };
}

function matches(ticket: Ticket, presented: Presented): boolean {
  return (
    ticket.challenge === presented.challenge &&
    ticket.purpose === presented.purpose &&
    ticket.userId === presented.userId &&
    ticket.signInId === presented.signInId &&
    ticket.epoch === presented.epoch &&
    ticket.act?.name === presented.act &&
    ticket.expiresAt > Date.now()
  );
}

/** The answer to whoever has to begin anew. @param reason for the log */
export function expired(reason: string): AppError {
  return new AppError('challenge_expired', 'This took too long or was used before. Try again.', { reason });
}
