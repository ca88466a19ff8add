/**
 * Delivers the letters of the outbox, so that a mail server that is down delays mail and never a page. Knows neither
 * accounts nor what letters say; writes no address, text or secret into the log.
 */
import type { Database } from '../db/database.ts';
import { type Logger, logEvent } from '../logger.ts';
import { MailFault } from './mail-fault.ts';
import type { Mailer, Message } from './mailer.ts';
import { createOutbox, type Waiting } from './outbox.ts';

const lettersInRound = 50;
/** Milliseconds after which an unreachable server is tried again: doubled each time, up to the longest. */
const shortestPause = 1_000;
const longestPause = 30_000;
/** The same for one letter that the server does not take now. */
const shortestDelay = 60_000;
const longestDelay = 3_600_000;

type Dependencies = {
  db: Database;
  mailer: Mailer;
  /** What a letter says when it is delivered, the same for each try; null when there is nothing to say any more. */
  write: (letter: Waiting['letter']) => Promise<Message | null>;
  logger: Logger;
};

/** @returns `deliver`, which sends what is due and never throws */
export function createPostOffice({ db, mailer, write, logger }: Dependencies) {
  const outbox = createOutbox(db);
  let pause = 0;
  let pausedUntil = 0;
  let round: Promise<void> | null = null;

  async function deliverOne({ id, letter, attempts, isTooOld }: Waiting): Promise<'go on' | 'stop'> {
    try {
      const message = isTooOld ? null : await write(letter);
      if (message) await mailer.send({ ...message, id });
      await outbox.done(id);
      if (message) logEvent(logger, 'mail_sent', { outcome: 'success', reason: letter.kind });
      if (isTooOld) tell('mail_given_up', letter, 'too old');
      return 'go on';
    } catch (error) {
      if (!(error instanceof MailFault)) throw error;
      if (error.kind === 'refused') await outbox.done(id);
      else if (error.kind === 'delayed') await outbox.later(id, delayAfter(attempts));
      else await outbox.putBack(id);
      tell(error.kind === 'refused' ? 'mail_given_up' : 'mail_delayed', letter, error.reason);
      return error.kind === 'unreachable' ? 'stop' : 'go on';
    }
  }

  function tell(event: 'mail_delayed' | 'mail_given_up', { kind }: Waiting['letter'], reason: string): void {
    logEvent(logger, event, { outcome: 'refused', reason: `${kind}: ${reason}` });
  }

  async function deliverDue(): Promise<void> {
    for (let count = 0; count < lettersInRound; count++) {
      const waiting = await outbox.claim();
      if (!waiting) return;
      if ((await deliverOne(waiting)) === 'stop') return rest();
      pause = 0;
    }
  }

  /** Nothing is tried for a while, longer each time in a row. */
  function rest(): void {
    pause = Math.min(longestPause, Math.max(shortestPause, pause * 2));
    pausedUntil = Date.now() + pause;
  }

  /** A letter that cannot be written is still claimed, so that the others come first. */
  function fail(error: unknown): void {
    logger.warn({ err: error }, 'mail could not be delivered');
    rest();
  }

  return {
    deliver: async (): Promise<void> => {
      if (Date.now() < pausedUntil) return;
      round ??= deliverDue()
        .catch(fail)
        .finally(() => {
          round = null;
        });
      await round;
    },
  };
}

function delayAfter(attempts: number): number {
  return Math.min(longestDelay, shortestDelay * 2 ** attempts);
}
