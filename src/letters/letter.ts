/**
 * The letters that this application sends, as they wait in the outbox: to whom, about what, and the name of a link. All
 * of it is fixed when it happens. Knows no text and no secret.
 */
import * as z from 'zod';
import type { Purpose } from '../accounts/token-store.ts';
import { type AccountEvent, accountEvents } from '../event-words.ts';
import { tokenLifetime } from '../lifetimes.ts';

const link = z.object({
  purpose: z.enum(Object.keys(tokenLifetime) as [Purpose, ...Purpose[]]),
  id: z.string(),
});

/** What happened and where, for the account's owner. Times are ISO text. */
const news = z.object({
  kind: z.literal('news'),
  to: z.string(),
  event: z.enum(Object.keys(accountEvents) as [AccountEvent, ...AccountEvent[]]),
  method: z.string().nullish(),
  detail: z.string().nullable(),
  at: z.string(),
  device: z.string().nullable(),
  /** "This wasn't me"; null for whom it is not meant. */
  link: link.nullable(),
});

export const letterSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('sign-up'), to: z.string(), link }),
  /** Somebody signs up with an address that has an account. */
  z.object({ kind: z.literal('account-exists'), to: z.string() }),
  z.object({ kind: z.literal('confirm-email'), to: z.string(), link }),
  /**
   * Asked for by whoever forgot the password; made by an operator; what comes after an account was secured; or the same
   * where it has no address any more.
   */
  z.object({
    kind: z.literal('reset-password'),
    to: z.string(),
    why: z.enum(['forgotten', 'operator', 'secured', 'no-address']),
    link,
  }),
  z.object({ kind: z.literal('known-device'), to: z.string(), link }),
  /** Somebody asked for the link of an account with an address that has none: nobody is told, at the same cost. */
  z.object({ kind: z.literal('nobody'), to: z.string() }),
  z.object({ kind: z.literal('change-email'), to: z.string(), link }),
  /** Somebody wants to change their address to one that has an account. */
  z.object({ kind: z.literal('address-taken'), to: z.string() }),
  z.object({ kind: z.literal('account-deleted'), to: z.string() }),
  news,
]);

export type Letter = z.infer<typeof letterSchema>;
export type News = z.infer<typeof news>;
