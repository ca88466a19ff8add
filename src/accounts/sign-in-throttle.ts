/**
 * Slows down guessing at passwords without ever locking an owner out: ten failures are free, then each try waits
 * twice as long as the one before, a minute at most. Tries are counted before the password is looked at, so that
 * simultaneous ones cannot slip through together. Knows no HTTP.
 */
import { createHash } from 'node:crypto';
import type { Database } from '../db/database.ts';
import { DatabaseRateLimiter } from '../db/rate-limiter.ts';
import { AppError } from '../errors.ts';

const freeFailures = 10;
/** Seconds. */
const longestPause = 60;
const remembered = 24 * 3_600;
/** Failures from one address over all accounts, in fifteen minutes. */
const addressFailures = { points: 100, duration: 15 * 60 };

/** @property device the name of a device that has signed in to this account before, counted apart; else null */
export type Attempt = { email: string; address: string; device: string | null };

export type SignInThrottle = ReturnType<typeof createSignInThrottle>;

export function createSignInThrottle(db: Database) {
  const failures = new DatabaseRateLimiter(db, {
    name: 'sign-in-failures',
    points: 1e6,
    duration: remembered,
  });
  const pauses = new DatabaseRateLimiter(db, { name: 'sign-in-pause', points: 1, duration: longestPause });
  const addresses = new DatabaseRateLimiter(db, { name: 'sign-in-address', ...addressFailures });

  async function refuseWhilePaused(key: string, attempt: Attempt): Promise<void> {
    const [pause, address] = await Promise.all([pauses.get(key), addresses.get(attempt.address)]);
    if (address && address.consumedPoints >= addressFailures.points) throw tooMany(address.msBeforeNext);
    if (pause) throw tooMany(pause.msBeforeNext);
  }

  /** Beyond the free ones, one try for each pause: whoever creates the pause has it. */
  async function takeTurn(key: string, count: number): Promise<void> {
    const customDuration = Math.min(2 ** (count - freeFailures), longestPause);
    const turn = await pauses.penalty(key, 1, { customDuration });
    if (turn.consumedPoints <= 1) return;
    await failures.reward(key);
    throw tooMany(turn.msBeforeNext);
  }

  return {
    /**
     * Counts a try before it is made.
     *
     * @throws {AppError} `too_many_requests` with `retryAfter` when it must wait; it is not counted then
     */
    async begin(attempt: Attempt): Promise<void> {
      const key = keyOf(attempt);
      await refuseWhilePaused(key, attempt);
      const { consumedPoints } = await failures.penalty(key);
      if (consumedPoints >= freeFailures) await takeTurn(key, consumedPoints);
    },

    /** The try failed for its password. */
    async fail(attempt: Attempt): Promise<void> {
      await addresses.penalty(attempt.address);
    },

    /** The try was never judged, for a fault of ours: it is taken back. */
    async forgive(attempt: Attempt): Promise<void> {
      await failures.reward(keyOf(attempt));
    },

    /** The password was right: the count starts again, and a pause that it began is over. */
    async succeed(attempt: Attempt): Promise<void> {
      const key = keyOf(attempt);
      await Promise.all([failures.delete(key), pauses.delete(key)]);
    },
  };
}

function keyOf({ email, device }: Attempt): string {
  return device ? `device:${device}` : createHash('sha256').update(email).digest('base64url');
}

function tooMany(milliseconds: number): AppError {
  const retryAfter = Math.max(1, Math.ceil(milliseconds / 1000));
  return new AppError('too_many_requests', `Too many tries. Try again in ${retryAfter} s.`, { retryAfter });
}
