/**
 * Letters that anybody can ask for by typing an address. Nobody's mailbox is flooded with them: beyond a few in an hour
 * none is sent, and nobody is told, since the answer must not say anything about the address.
 */
import { createHash } from 'node:crypto';
import type { Database } from '../../db/database.ts';
import { DatabaseRateLimiter } from '../../db/rate-limiter.ts';
import type { Letter, Post } from './letter.ts';

const perAddress = { name: 'letters', points: 5, duration: 3_600 };

/** Posts a letter to an address, unless too many were asked for. */
export type PostAskedFor = (email: string, letter: Letter) => Promise<void>;

export function createPostAskedFor(db: Database, post: Post): PostAskedFor {
  const limiter = new DatabaseRateLimiter(db, perAddress);
  return async (email, letter) => {
    const { consumedPoints } = await limiter.penalty(createHash('sha256').update(email).digest('base64url'));
    if (consumedPoints <= perAddress.points) await post(letter);
  };
}
