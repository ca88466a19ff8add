/**
 * Passkeys offered in a form field (conditional get: WebAuthn Level 3, section 5.1.4). The request waits as long as
 * the page is there, its options are kept fresh, and after a failure it begins anew, but never in a loop. Nobody has
 * asked for it, so nobody is told of it before they have chosen a passkey.
 */
import { endCeremony, exclusively } from './ceremony.ts';
import { type Clock, isAtOnce } from './ceremony-teller.ts';
import { Refusal } from './http.ts';
import type { PreparedOptions } from './prepared-options.ts';
import { type Answer, getCredential, type RequestJson, supportsAutofill } from './webauthn.ts';

/** So often may it begin anew by itself in so many milliseconds; after that a person has to come near the field. */
const rearmLimit = { times: 3, period: 60_000 };

/** Milliseconds before it tries again when the server did not answer. */
const pause = 5_000;

/** Milliseconds in which a click belongs to the focus before it: somebody has come once. */
const sameVisit = 1_000;

/**
 * Milliseconds after which a page that is seen again takes new options. A password manager may have covered the page,
 * and what a person chose there is still on its way.
 */
const grace = 1_000;

type Parts = {
  prepared: PreparedOptions;
  /** Whether the first options could be had. */
  ready: Promise<boolean>;
  finish(options: RequestJson, answer: Answer): Promise<void>;
  /** Only after somebody has chosen: before that there is nothing that a person would miss. */
  failed(error: unknown, clock: Clock): void;
};

export type Autofill = {
  /** Another ceremony begins. */
  rest(): void;
  /** It is over, and did not lead away from the page. */
  resume(): void;
};

/** @param field carries the autocomplete token `webauthn` */
export function autofill(
  field: HTMLInputElement | null,
  { prepared, ready, finish, failed }: Parts,
): Autofill {
  let latest = 0;
  let armed = false;
  let resting = false;
  /** Whatever answers for the browser wants nothing of it, until somebody comes to the field. */
  let unwanted = false;
  /** The form is on its way. */
  let leaving = false;
  let renewal: ReturnType<typeof setTimeout> | undefined;
  let rearms: number[] = [];

  async function arm(): Promise<void> {
    latest += 1;
    const own = latest;
    armed = true;
    const clock = { askedAt: 0, timeout: Number.POSITIVE_INFINITY };
    let hasChosen = false;
    try {
      const options = await prepared.current();
      if (own !== latest) return;
      renewIn(prepared.msFresh());
      const answer = await exclusively((signal) => {
        clock.askedAt = performance.now();
        return getCredential(options, { mediation: 'conditional', signal });
      });
      // What cannot be read and comes at once was made by nobody who has chosen.
      hasChosen = Boolean(answer.json ?? (answer.id && !isAtOnce(clock)));
      resting = true;
      await finish(options, answer);
    } catch (error) {
      if (own !== latest) return;
      armed = false;
      resting = false;
      if (hasChosen) failed(error, clock);
      else unwanted = clock.askedAt > 0 && !wasDismissed(error, clock);
      if (!unwanted) rearm(error);
    }
  }

  /** At the field somebody may have closed a window that they opened there; anywhere else nobody has done anything. */
  function wasDismissed(error: unknown, clock: Clock): boolean {
    const isAborted = (error as Error | undefined)?.name === 'AbortError';
    return !isAborted && !isAtOnce(clock) && document.activeElement === field;
  }

  function rearm(error: unknown): void {
    if (mayRearm()) setTimeout(renew, error instanceof Refusal && error.code === 'offline' ? pause : 0);
  }

  function renew(): void {
    if (!resting && !unwanted && !document.hidden) void arm();
  }

  function renewIn(milliseconds: number): void {
    clearTimeout(renewal);
    renewal = setTimeout(renew, milliseconds);
  }

  function mayRearm(): boolean {
    const now = Date.now();
    rearms = rearms.filter((time) => time > now - rearmLimit.period);
    return rearms.length < rearmLimit.times && rearms.push(now) > 0;
  }

  function disarm(): void {
    latest += 1;
    armed = false;
  }

  function listen(input: HTMLInputElement): void {
    let focusedAt = 0;
    const approached = () => {
      leaving = false;
      unwanted = false;
      if (!armed || prepared.msFresh() <= 0) renew();
    };
    input.addEventListener('focus', () => {
      focusedAt = Date.now();
      approached();
    });
    input.addEventListener('click', () => {
      if (Date.now() - focusedAt > sameVisit) approached();
    });
    input.form?.addEventListener('submit', () => {
      disarm();
      leaving = true;
      void endCeremony();
    });
    addEventListener('pagehide', () => void endCeremony());
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) setTimeout(seenAgain, grace);
    });
  }

  function seenAgain(): void {
    // While somebody is at the field its list may be open: what they choose must not point at an ended request.
    if (resting || unwanted || (document.activeElement === field && prepared.msFresh() > 0)) return;
    prepared.drop();
    renew();
  }

  const supported = field ? supportsAutofill().catch(() => false) : Promise.resolve(false);
  void Promise.all([supported, ready]).then(([yes, isReady]) => {
    if (!yes || !field) return;
    listen(field);
    if (isReady) renew();
    else rearm(new Refusal('offline'));
  });

  return {
    rest() {
      disarm();
      resting = true;
    },
    resume() {
      resting = false;
      void supported.then((yes) => {
        if (yes && !leaving && mayRearm()) renew();
      });
    },
  };
}
