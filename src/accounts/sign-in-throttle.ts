/**
 * Slows down guessing at passwords without ever locking an owner out: ten failures are free, then each try waits
 * twice as long as the one before, a minute at most. Tries are counted before the password is looked at, so that
 * simultaneous ones cannot slip through together. Knows no HTTP.
 */
import { createHash } from 'node:crypto';
import type { Database } from '../db/database.ts';
import { DatabaseRateLimiter } from '../db/rate-limiter.ts';
import { AppError } from '../errors.ts';
import { createQueue } from './queue.ts';

const freeFailures = 10;
/** Seconds. */
const longestPause = 60;
const remembered = 24 * 3_600;
/** Failures from one address over all accounts, in fifteen minutes. */
const addressFailures = { points: 100, duration: 15 * 60 };

/** @property device the name of a device that has signed in to this account before, counted apart; else null */
export type Attempt = { email: string; address: string; device: string | null };

/** A try that has been counted, and how to take each count back. */
export type Turn = { key: string; undo: (() => Promise<unknown>)[] };

export type SignInThrottle = ReturnType<typeof createSignInThrottle>;

/**
 * The limits on password sign-in, with their counters in the database: shared by all processes. A try begins, and ends
 * in one of two ways, `succeed` or `forgive`; without either it stays counted as a failure.
 */
export function createSignInThrottle(db: Database) {
  const failures = new DatabaseRateLimiter(db, {
    name: 'sign-in-failures',
    points: 1e6,
    duration: remembered,
  });
  const pauses = new DatabaseRateLimiter(db, { name: 'sign-in-pause', points: 1, duration: longestPause });
  const addresses = new DatabaseRateLimiter(db, { name: 'sign-in-address', ...addressFailures });

  async function refuseWhilePaused(key: string): Promise<void> {
    const pause = await pauses.get(key);
    if (pause) throw tooMany(pause.msBeforeNext);
  }

  async function countAddress({ undo }: Turn, address: string): Promise<void> {
    const { consumedPoints, msBeforeNext } = await addresses.penalty(address);
    undo.push(() => addresses.reward(address));
    if (consumedPoints > addressFailures.points) throw tooMany(msBeforeNext);
  }

  /** Beyond the free ones, one try for each pause: whoever creates the pause has it. */
  async function countFailure({ key, undo }: Turn): Promise<void> {
    const { consumedPoints: count } = await failures.penalty(key);
    undo.push(() => failures.reward(key));
    if (count < freeFailures) return;
    const customDuration = Math.min(2 ** (count - freeFailures), longestPause);
    const pause = await pauses.penalty(key, 1, { customDuration });
    if (pause.consumedPoints > 1) throw tooMany(pause.msBeforeNext);
    undo.push(() => pauses.delete(key));
  }

  /** A fault on the way is not told: whoever takes back has a better one to tell, or asks the database next. */
  async function takeBack({ undo }: Turn): Promise<void> {
    await Promise.allSettled(undo.splice(0).map((step) => step()));
  }

  async function forget(key: string): Promise<void> {
    await Promise.all([failures.delete(key), pauses.delete(key)]);
  }

  return {
    /**
     * Lets a try begin and end, a few at a time in this process. Those that wait are not counted yet: many right
     * passwords at once must not look like guessing.
     *
     * @throws {AppError} `service_unavailable` when too many wait
     */
    inTurn: createQueue(4, 128),

    /**
     * Counts a try before it is made. A device that is known is not held to the limit of its address, which strangers
     * behind the same address could use up.
     *
     * @throws {AppError} `too_many_requests` with `retryAfter` when it must wait; it is not counted then, nor after a
     *   fault of the database
     */
    async begin(attempt: Attempt): Promise<Turn> {
      const turn: Turn = { key: keyOf(attempt), undo: [] };
      try {
        await refuseWhilePaused(turn.key);
        if (!attempt.device) await countAddress(turn, attempt.address);
        await countFailure(turn);
        return turn;
      } catch (error) {
        await takeBack(turn);
        throw error;
      }
    },

    /** The try was never judged, for a fault of ours: it is taken back, with the pause that it began. Never throws. */
    forgive: takeBack,

    /** The password was right: the address has one failure less, the account's count starts again without a pause. */
    async succeed(turn: Turn): Promise<void> {
      await takeBack(turn);
      await forget(turn.key);
    },

    /** The owner has come in another way: failures and pauses are over, of the account and of this device. */
    async clear(owner: Pick<Attempt, 'email' | 'device'>): Promise<void> {
      const keys = new Set([keyOf(owner), keyOf({ ...owner, device: null })]);
      await Promise.all([...keys].map(forget));
    },
  };
}

function keyOf({ email, device }: Pick<Attempt, 'email' | 'device'>): string {
  return device ? `device:${device}` : createHash('sha256').update(email).digest('base64url');
}

function tooMany(milliseconds: number): AppError {
  const retryAfter = Math.max(1, Math.ceil(milliseconds / 1000));
  return new AppError('too_many_requests', `Too many tries. Try again in ${retryAfter} s.`, { retryAfter });
}
