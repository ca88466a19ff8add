/**
 * Words letters when they are delivered. What a letter is about was fixed when it happened; only the secret of its link
 * is made here, and only while the link still works. Knows no words; sends nothing.
 */
import { type Links, openLink } from '../accounts/links.ts';
import type { Database } from '../db/database.ts';
import type { MessageContent } from '../mail/message.ts';
import { letterSchema, type News } from './letter.ts';
import { letterWords, type OpenLink, type Told } from './letter-words.ts';

type Dependencies = { db: Database; links: Links; origin: string };

/** A mail without its layout. */
type Written = { to: string; content: MessageContent };

/**
 * @returns words one letter as the outbox kept it; null when there is nothing to say, because its link does not work any
 *   more, or because it is of a kind that nobody knows (any more)
 */
export function createLetterWriter({ db, links, origin }: Dependencies) {
  /** The link of a letter that comes without it when it does not work any more. */
  async function takeBackOf({ link }: News): Promise<OpenLink | null> {
    const secret = link && (await links.secretOf(db, link));
    const open = secret && (await openLink(db, secret, 'lockdown'));
    return open ? { secret, returnsUntil: open.token.data.returnsUntil ?? null } : null;
  }

  async function content(letter: Told): Promise<MessageContent | null> {
    if (letter.kind === 'news') return letterWords(letter, await takeBackOf(letter), origin);
    if (!('link' in letter)) return letterWords(letter, null, origin);
    const secret = await links.secretOf(db, letter.link);
    return secret === null ? null : letterWords(letter, { secret }, origin);
  }

  return async (kept: unknown): Promise<Written | null> => {
    const letter = letterSchema.safeParse(kept).data;
    if (!letter || letter.kind === 'nobody') return null;
    const written = await content(letter);
    return written && { to: letter.to, content: written };
  };
}
