/**
 * Slows down guessing at passwords, so that it hurts whoever guesses and never locks an owner out
 * (docs/decisions/0023). Tries are counted before the password is looked at, so that simultaneous ones cannot slip
 * through together. What is counted goes by what was typed and never by whether there is such an account. Knows no HTTP.
 */
import { createHash } from 'node:crypto';
import type { Database } from '../db/database.ts';
import {
  type Counter,
  countTogether,
  DatabaseRateLimiter,
  readCounters,
  removeCounters,
  type Standings,
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
  row: string | null;
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
  const rows = new DatabaseRateLimiter(db, {
    name: 'sign-in-row',
    points: limits.guessesInARow,
    duration: limits.guessForgotten,
  });

  const stranger = ({ email, address }: Attempt): Guesser => ({
    isKnown: false,
    pace: hashOf(`${email}\n${address}`),
    row: mail ? hashOf(email) : null,
  });
  const device = (name: string): Guesser => ({
    isKnown: true,
    pace: `device:${name}`,
    row: `device:${name}`,
  });

  /** All that decides about a try before it is counted, in one reading. */
  function read({ address }: Attempt, guessers: readonly Guesser[]): Promise<Standings> {
    return readCounters(db, [{ of: addresses, key: address }, ...guessers.flatMap(countersOf)]);
  }

  function isUsedUp({ row }: Guesser, now: Standings): boolean {
    return row !== null && (now(rows, row)?.consumedPoints ?? 0) >= limits.guessesInARow;
  }

  /** Why a try is refused whatever else is counted; null when nothing is known against it. */
  function refusalOf(guesser: Guesser, { address }: Attempt, now: Standings): AppError | null {
    const ofAddress = guesser.isKnown ? null : now(addresses, address);
    if (ofAddress && ofAddress.consumedPoints >= limits.triesOfAddress.points)
      return tooManyTries(ofAddress.msBeforeNext);
    if (isUsedUp(guesser, now)) return onlyKnownDevices();
    const pause = now(pauses, guesser.pace);
    return pause && tooManyTries(pause.msBeforeNext);
  }

  /**
   * Counts a try, all at once. One that is refused anyway counts for its address alone: whoever does not wait uses up what
   * their address has.
   */
  async function count({ guesser, ofAddress, ofAccount }: Turn, address: string, isRefused: boolean) {
    const { isKnown, pace, row } = guesser;
    const counted = [
      ...(isKnown ? [] : [{ of: addresses, key: address, undo: ofAddress }]),
      ...(isRefused ? [] : [{ of: failures, key: pace, undo: ofAccount }]),
      ...(isRefused || row === null ? [] : [{ of: rows, key: row, undo: ofAccount }]),
    ];
    if (counted.length === 0) return null;
    const now = await countTogether(db, counted);
    for (const { of, key, undo } of counted) undo.push(() => of.reward(key));
    return now;
  }

  /** Beyond the free ones, one try for each pause: whoever creates the pause has it. */
  async function pauseAfter({ guesser: { pace, isKnown }, ofAccount }: Turn, count: number): Promise<void> {
    if (count < limits.freeTries) return;
    const longestPause = isKnown ? limits.longestPauseOfDevice : limits.longestPauseOfAddress;
    const customDuration = Math.min(2 ** (count - limits.freeTries), longestPause);
    const pause = await pauses.penalty(pace, 1, { customDuration });
    if (pause.consumedPoints > 1) throw tooManyTries(pause.msBeforeNext);
    ofAccount.push(() => pauses.delete(pace));
  }

  /** No more than a hundred in a row, however many come at once. */
  async function holdToRow({ guesser: { row } }: Turn, count: number): Promise<void> {
    if (count > limits.guessesInARow) throw onlyKnownDevices();
    if (row && count > 1) await rows.prolong(row, count * limits.guessForgotten);
  }

  /** More of them came at once than the limit allows. */
  function refuseBeyond(points: number, count: ReturnType<Standings> | undefined): void {
    if (count && count.consumedPoints > points) throw tooManyTries(count.msBeforeNext);
  }

  const countersOf = ({ pace, row }: Guesser): Counter[] => [
    { of: failures, key: pace },
    { of: pauses, key: pace },
    ...(row ? [{ of: rows, key: row }] : []),
  ];

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
      const before = await read(attempt, known ? [known, unknown] : [unknown]);
      const guesser = known && !isUsedUp(known, before) ? known : unknown;
      const turn: Turn = { account: hashOf(attempt.email), guesser, ofAddress: [], ofAccount: [] };
      try {
        const refusal = refusalOf(guesser, attempt, before);
        const now = await count(turn, address, refusal !== null);
        if (refusal) throw refusal;
        refuseBeyond(limits.triesOfAddress.points, now?.(addresses, address));
        await pauseAfter(turn, now?.(failures, guesser.pace)?.consumedPoints ?? 0);
        await holdToRow(turn, (guesser.row && now?.(rows, guesser.row)?.consumedPoints) || 0);
        return turn;
      } catch (error) {
        await takeBack(turn.ofAccount);
        if (!(error instanceof AppError)) await takeBack(turn.ofAddress);
        throw error;
      }
    },

    /** The try was never judged, for a fault of ours: it is taken back, with the pause that it began. Never throws. */
    forgive: ({ ofAddress, ofAccount }: Turn): Promise<void> => takeBack([...ofAddress, ...ofAccount]),

    /** The password was right: the address has one failure less, the row is over, and whoever tried waits no more. */
    async succeed({ account, guesser, ofAddress }: Turn): Promise<void> {
      await takeBack(ofAddress);
      await removeCounters(db, [...countersOf(guesser), { of: rows, key: account }]);
    },

    /** The owner has come in another way: the row is over, and neither this address nor this device waits any longer. */
    async clear({ email, address, device: known }: Omit<Attempt, 'device'> & { device: KnownDevice | null }) {
      const guessers = [stranger({ email, address, device: null }), ...(known ? [device(known.name)] : [])];
      await removeCounters(db, guessers.flatMap(countersOf));
    },
  };
}

/** A fault on the way is not told: whoever takes back has a better one to tell, or asks the database next. */
async function takeBack(counts: Undo[]): Promise<void> {
  await Promise.allSettled(counts.splice(0).map((undo) => undo()));
}

/** No address is kept in the counters. */
function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** Waiting does not help. Said of what was typed, whether or not there is such an account. */
function onlyKnownDevices(): AppError {
  const sentence =
    'Too many wrong passwords were tried for this address. In a browser that has not signed in to it before, the password does not help now.';
  return new AppError('too_many_requests', sentence, { reason: 'too many in a row' });
}
