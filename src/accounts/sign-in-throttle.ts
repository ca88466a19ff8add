/**
 * Slows down guessing at passwords, so that it hurts whoever guesses and never locks an owner out
 * (docs/decisions/0023). Tries are counted before the password is looked at, so that simultaneous ones cannot slip
 * through together. What is counted goes by what was typed and never by whether there is such an account. Knows no HTTP.
 */
import { createHash } from 'node:crypto';
import type { Database } from '../db/database.ts';
import {
  type Counter,
  type Counts,
  countTogether,
  DatabaseRateLimiter,
  readCounters,
  removeCounters,
} from '../db/rate-limiter.ts';
import { AppError, tooManyTries } from '../errors.ts';
import { limits } from '../limits.ts';
import { createQueue } from './queue.ts';
import type { User } from './user.ts';

/** What a browser remembers of a sign-in to an account: whose it is, its own name there, and the epoch of then. */
export type KnownDevice = { userId: string; name: string; epoch: number };

/** Whether what a browser remembers is of this account as it is now: its address can belong to another account later. */
export function isDeviceOf(device: KnownDevice | null, { id, epoch }: Pick<User, 'id' | 'epoch'>): boolean {
  return device !== null && device.userId === id && device.epoch === epoch;
}

/** @property device the name of a device that is known to belong to this account's owner, counted apart; else null */
export type Attempt = { email: string; address: string; device: string | null };

/** Who tries, and what is counted against them. */
type Guesser = {
  isKnown: boolean;
  /** Of the tries that make them wait. */
  pace: string;
  /** Of the wrong passwords in a row; null where these bar nobody. */
  streak: string | null;
};

type Undo = () => Promise<unknown>;

/** A try that has been counted, and how to take the counts back: that of the address, and those of the account. */
export type Turn = { account: string; guesser: Guesser; ofAddress: Undo[]; ofAccount: Undo[] };

export type SignInThrottle = ReturnType<typeof createSignInThrottle>;

/**
 * The limits on password sign-in, with their counters in the database: shared by all processes. A try begins, and ends
 * in one of two ways, `succeed` or `forgive`; without either it stays counted as a failure.
 *
 * @param mail whether a letter can make a browser a known device: where it cannot, an account is barred to nobody
 */
export function createSignInThrottle(db: Database, { mail }: { mail: boolean }) {
  // How much is too much is judged below by the counts: no `points` of a limiter here refuse anything.
  const failures = new DatabaseRateLimiter(db, {
    name: 'sign-in-failures',
    points: 1e6,
    duration: limits.pausesForgotten,
  });
  const pauses = new DatabaseRateLimiter(db, {
    name: 'sign-in-pause',
    points: 1,
    duration: limits.longestPauseOfAddress,
  });
  const addresses = new DatabaseRateLimiter(db, { name: 'sign-in-address', ...limits.triesOfAddress });
  const streaks = new DatabaseRateLimiter(db, {
    name: 'sign-in-row',
    points: limits.guessesInARow,
    duration: limits.guessForgotten,
  });

  const stranger = ({ email, address }: Omit<Attempt, 'device'>): Guesser => ({
    isKnown: false,
    pace: hashOf(`${email}\n${address}`),
    streak: mail ? hashOf(email) : null,
  });
  const device = (name: string): Guesser => ({
    isKnown: true,
    pace: `device:${name}`,
    streak: `device:${name}`,
  });
  const countersOf = ({ pace, streak }: Guesser): Counter[] => [
    { of: failures, key: pace },
    { of: pauses, key: pace },
    ...(streak ? [{ of: streaks, key: streak }] : []),
  ];

  function streakOf({ streak }: Guesser, counts: Counts): number {
    return (streak && counts(streaks, streak)?.consumedPoints) || 0;
  }

  /** Why a try is refused before it is counted; null when nothing is known against it. */
  function refusalOf(guesser: Guesser, address: string, counts: Counts): AppError | null {
    const ofAddress = guesser.isKnown ? null : counts(addresses, address);
    if (ofAddress && ofAddress.consumedPoints >= limits.triesOfAddress.points)
      return tooManyTries(ofAddress.msBeforeNext, 'tries of an address');
    if (streakOf(guesser, counts) >= limits.guessesInARow) return onlyKnownDevices();
    const pause = counts(pauses, guesser.pace);
    return pause && tooManyTries(pause.msBeforeNext, 'tries at an account');
  }

  /**
   * Counts a try everywhere at once. One that is refused anyway counts for its address alone: whoever does not wait uses
   * up what their address has.
   *
   * @returns what is counted by now; the turn knows how to take it back
   */
  async function count({ guesser, ofAddress, ofAccount }: Turn, address: string, isRefused: boolean) {
    const raised = [
      ...(guesser.isKnown ? [] : [{ of: addresses, key: address, undo: ofAddress }]),
      ...(isRefused ? [] : [{ of: failures, key: guesser.pace, undo: ofAccount }]),
      ...(isRefused || !guesser.streak ? [] : [{ of: streaks, key: guesser.streak, undo: ofAccount }]),
    ];
    const counts = raised.length > 0 ? await countTogether(db, raised) : () => null;
    for (const { of, key, undo } of raised) undo.push(() => of.reward(key));
    return counts;
  }

  /** Others may have come at the same time: what the counts say now decides. */
  async function judge(turn: Turn, address: string, counts: Counts): Promise<void> {
    const { guesser } = turn;
    const ofAddress = counts(addresses, address);
    if (ofAddress && ofAddress.consumedPoints > limits.triesOfAddress.points)
      throw tooManyTries(ofAddress.msBeforeNext, 'tries of an address');
    await pauseAfter(turn, counts(failures, guesser.pace)?.consumedPoints ?? 0);
    const streak = streakOf(guesser, counts);
    if (streak > limits.guessesInARow) throw onlyKnownDevices();
    if (guesser.streak && streak > 1) await streaks.prolong(guesser.streak, streak * limits.guessForgotten);
  }

  /** Beyond the free ones, one try for each pause: whoever creates the pause has it. */
  async function pauseAfter({ guesser: { pace, isKnown }, ofAccount }: Turn, tries: number): Promise<void> {
    if (tries < limits.freeTries) return;
    const longestPause = isKnown ? limits.longestPauseOfDevice : limits.longestPauseOfAddress;
    const customDuration = Math.min(2 ** (tries - limits.freeTries), longestPause);
    const pause = await pauses.penalty(pace, 1, { customDuration });
    if (pause.consumedPoints > 1) throw tooManyTries(pause.msBeforeNext, 'tries at an account');
    ofAccount.push(() => pauses.delete(pace));
  }

  return {
    /**
     * Lets a try begin and end, a few at a time in this process, and everybody in turn. Those that wait are not counted
     * yet: many right passwords at once must not look like guessing.
     *
     * @throws {AppError} `service_unavailable` when too many wait
     */
    inTurn: createQueue(limits.triesAtOnce, limits.triesWaiting),

    /** The same for devices that are known. */
    knownInTurn: createQueue(limits.triesAtOnce, limits.triesWaiting),

    /**
     * Counts a try before it is made. A device that is known is held to nothing that strangers can use up, until it has
     * guessed as often as they may.
     *
     * @throws {AppError} `too_many_requests`, with `retryAfter` where waiting helps; the try counts for the address
     *   alone then, and nowhere after a fault of the database
     */
    async begin(attempt: Attempt): Promise<Turn> {
      const { address } = attempt;
      const known = attempt.device === null ? null : device(attempt.device);
      const unknown = stranger(attempt);
      const guessers = known ? [known, unknown] : [unknown];
      const before = await readCounters(db, [
        { of: addresses, key: address },
        ...guessers.flatMap(countersOf),
      ]);
      const guesser = known && streakOf(known, before) < limits.guessesInARow ? known : unknown;
      const turn: Turn = { account: hashOf(attempt.email), guesser, ofAddress: [], ofAccount: [] };
      try {
        const refusal = refusalOf(guesser, address, before);
        const counts = await count(turn, address, refusal !== null);
        if (refusal) throw refusal;
        await judge(turn, address, counts);
        return turn;
      } catch (error) {
        await takeBack(turn.ofAccount);
        if (!(error instanceof AppError)) await takeBack(turn.ofAddress);
        throw error;
      }
    },

    /** The try was never judged, for a fault of ours: it is taken back, with the pause that it began. Never throws. */
    forgive: ({ ofAddress, ofAccount }: Turn): Promise<void> => takeBack([...ofAddress, ...ofAccount]),

    /**
     * The password was right, and more is due: the address did no wrong, and the try stays counted until the rest has passed.
     * So whoever has the password cannot begin one sign-in after the other without end. Never throws.
     */
    leaveOpen: ({ ofAddress }: Turn): Promise<void> => takeBack(ofAddress),

    /** The password was right: the address has one failure less, the streak is over, and whoever tried waits no more. */
    async succeed({ account, guesser, ofAddress }: Turn): Promise<void> {
      await takeBack(ofAddress);
      await removeCounters(db, [...countersOf(guesser), { of: streaks, key: account }]);
    },

    /** The owner has come in another way: the streak is over, and neither this address nor this device waits any longer. */
    async clear({ email, address, device: known }: Omit<Attempt, 'device'> & { device: KnownDevice | null }) {
      const guessers = [stranger({ email, address }), ...(known ? [device(known.name)] : [])];
      await removeCounters(db, guessers.flatMap(countersOf));
    },
  };
}

/** A fault on the way is not told: whoever takes back has a better one to tell, or asks the database next. */
async function takeBack(counts: Undo[]): Promise<void> {
  await Promise.allSettled(counts.splice(0).map((undo) => undo()));
}

/** The counters hold no email address. */
function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** Waiting does not help. Said of what was typed, whether or not there is such an account. */
function onlyKnownDevices(): AppError {
  const sentence =
    'Too many wrong passwords were tried for this address. For now, its password works only in browsers that have signed in before.';
  return new AppError('too_many_requests', sentence, { reason: 'too many in a row' });
}
