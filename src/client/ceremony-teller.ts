/** Tells how a ceremony goes: the person in the page's own words, the server in a word. Decides nothing. */
import { mention, Refusal } from './http.ts';
import { messagesOf } from './reveal-message.ts';

/** When the browser was asked, by performance.now(), and how many milliseconds it was given. */
export type Clock = { askedAt: number; timeout: number };

/** Nobody reads and refuses a system dialog this fast (milliseconds). */
const faster = 300;

/** Whether the browser has answered, now, before anybody can have decided anything. */
export function isAtOnce(clock: Clock): boolean {
  return passedSince(clock) < faster;
}

/** @param root has the messages, and in `data-events-url` where failures are reported */
export function createTeller(root: HTMLElement) {
  const messages = messagesOf(root);

  return {
    /** Says what has this key; without one what was said is over. */
    say: (key?: string) => messages.show(key ? messages.find([key]) : undefined),

    /**
     * Says why a ceremony failed.
     *
     * @param unasked the person asked for nothing: what has no words does not take away what was said before
     */
    failure(ceremony: string, error: unknown, clock: Clock, unasked = false): void {
      const keys = keysOf(error, clock);
      const message = messages.find(unasked ? [...keys.map((key) => `${ceremony}:${key}`), ...keys] : keys);
      const silent = !message?.content.hasChildNodes();
      if (!(unasked && silent)) messages.show(message, (error as Refusal | undefined)?.retryAfter);
      // biome-ignore lint/suspicious/noConsole: a fault of ours; the console is where its finder looks
      if (message?.dataset.fault !== undefined) console.error(error);
      const isRefusal = error instanceof Refusal;
      const exception = isRefusal ? error.cause : error;
      if (!silent && (exception || !isRefusal)) report(root, ceremony, exception, clock);
    },
  };
}

/** From the particular to the general: the name with its timing, the name, what it is at all. */
function keysOf(error: unknown, clock: Clock): string[] {
  if (error instanceof Refusal) return [error.code, 'refusal'];
  const name = nameOf(error);
  return [`${name}.${timingOf(clock)}`, name, 'exception'];
}

function timingOf(clock: Clock): string {
  if (isAtOnce(clock)) return 'fast';
  return passedSince(clock) > clock.timeout - 1_000 ? 'late' : '';
}

/** What password managers throw need not be an exception, and need not have a name that the words know. */
function nameOf(error: unknown): string {
  const name = String((error as Error | undefined)?.name);
  return /^[A-Za-z]{0,35}Error$/.test(name) ? name : 'UnknownError';
}

/** Milliseconds; operators are told no longer times. */
const longest = 3_600_000;

function report({ dataset }: HTMLElement, ceremony: string, error: unknown, clock: Clock): void {
  const ms = Math.min(Math.round(passedSince(clock)), longest);
  mention(dataset.eventsUrl ?? '', { ceremony, errorName: nameOf(error), ms });
}

function passedSince({ askedAt }: Clock): number {
  return performance.now() - askedAt;
}
