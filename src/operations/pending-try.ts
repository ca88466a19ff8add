/**
 * One try at what a pending sign-in waits for: counted before it is judged, at the sign-in and like a wrong password, and
 * not at all after a fault of ours. The owner hears of too many that were wrong. Must not know what is tried.
 */
import { countedTry, isFault } from '../accounts/counted-try.ts';
import type { SignInThrottle } from '../accounts/sign-in-throttle.ts';
import type { Database } from '../db/database.ts';
import { AppError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { Browser } from './enter.ts';
import type { Operate, Source } from './operation.ts';
import { type DueStep, openPending, pendingEnded } from './pending-sign-in.ts';

type Parts = { operate: Operate; throttle: SignInThrottle; db: Database };

/** @property pendingId the secret of this browser */
type Trying = { pendingId: string; browser: Browser; source: Source };

/**
 * @param judge the try, and completes the sign-in if it is right
 * @returns what `judge` does
 * @throws {AppError} `pending_sign_in_ended` when the sign-in has ended, or this was its last try; `too_many_requests`; what
 *   `judge` throws
 */
export type TryPending = <T>(
  trying: Trying,
  judge: (due: DueStep) => Promise<T | 'wrong'>,
) => Promise<T | 'wrong'>;

export function createTryPending({ operate, throttle, db }: Parts): TryPending {
  /**
   * Counts what was wrong, over all sign-ins of the account: of each that is begun somebody may use up less than all tries.
   * Whoever had the first proof has guessed too often: the owner hears of it.
   */
  async function noteWrong({ source }: Trying, { user: { id, epoch }, method }: DueStep): Promise<void> {
    await operate(source, async (act) => {
      const user = await act.users.lock(id);
      if (user?.epoch === epoch && (await act.wrongTooOften(user)))
        await act.tell('second_factor_failed', user, { method });
    });
  }

  async function counted<T>(trying: Trying, due: DueStep, judge: () => Promise<T | 'wrong'>) {
    const { source } = trying;
    const idHash = due.person.signInId;
    const tries = await operate(source, (act) => act.pendingSignIns.countTry(idHash));
    // Of many at once no more are judged; whether one of those is right is not for the others to say.
    if (tries === null || tries > limits.triesOfSecondFactor) throw pendingEnded();
    // It stays as it is: one of those that were counted before may still be judged, and be right.
    const isLast = tries === limits.triesOfSecondFactor;
    try {
      const { answer, refusal } = await judge().then((answer) => ({ answer, refusal: null }), refusedBy);
      if (answer !== 'wrong') return answer;
      await noteWrong(trying, due);
      if (isLast) throw pendingEnded(refusal ?? undefined);
      if (refusal) throw refusal;
      return answer;
    } catch (error) {
      if (isFault(error)) await operate(source, (act) => act.pendingSignIns.takeBackTry(idHash));
      throw error;
    }
  }

  return async (trying, judge) => {
    const { pendingId, browser, source } = trying;
    const due = await openPending(db, pendingId);
    if (!due) throw pendingEnded();
    const { user, person, method } = due;
    // Who comes by a mailed link is known by that: strangers who guess at the password do not hold them up.
    const device =
      method === 'email'
        ? { userId: user.id, name: person.signInId, epoch: user.epoch }
        : browser.deviceFor(user.email);
    const who = { user, address: source.address, device };
    const judged = () => counted(trying, due, () => judge(due));
    return countedTry(throttle, who, judged, (answer) => answer !== 'wrong');
  };
}

/**
 * What was refused was wrong. Not so a fault, nor what came when the sign-in had ended, as of a double click: of that the owner
 * is told nothing, though it counts against whoever tries.
 */
function refusedBy(refusal: unknown): { answer: 'wrong'; refusal: unknown } {
  if (isFault(refusal) || isOver(refusal)) throw refusal;
  return { answer: 'wrong', refusal };
}

function isOver(refusal: unknown): boolean {
  return refusal instanceof AppError && refusal.code === 'pending_sign_in_ended';
}
