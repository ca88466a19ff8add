/**
 * Passkeys offered in a form field (conditional get: WebAuthn Level 3, section 5.1.4). The request waits as long as
 * the page is there, its options are kept fresh, and after a failure it begins anew, but never in a loop.
 */
import { endCeremony, exclusively } from './ceremony.ts';
import type { Clock } from './ceremony-teller.ts';
import { Refusal } from './http.ts';
import type { PreparedOptions } from './prepared-options.ts';
import { type CredentialJson, getCredential, type RequestJson, supportsAutofill } from './webauthn.ts';

/** So often may it begin anew by itself in so many milliseconds; after that a person has to come near the field. */
const rearmLimit = { times: 3, period: 60_000 };

/** Milliseconds before it tries again when the server did not answer. */
const pause = 5_000;

/**
 * Milliseconds after which a page that is seen again takes new options. A password manager may have covered the page,
 * and what a person chose there is still on its way.
 */
const grace = 1_000;

type Parts = {
  prepared: PreparedOptions;
  /** Whether the first options could be had. */
  ready: Promise<boolean>;
  finish(options: RequestJson, credential: CredentialJson): Promise<void>;
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
  /** The form is on its way. */
  let leaving = false;
  let renewal: ReturnType<typeof setTimeout> | undefined;
  let rearms: number[] = [];

  async function arm(): Promise<void> {
    latest += 1;
    const own = latest;
    armed = true;
    const clock = { askedAt: 0, timeout: Number.POSITIVE_INFINITY };
    try {
      const options = await prepared.current();
      if (own !== latest) return;
      renewIn(prepared.msFresh());
      const credential = await exclusively((signal) => {
        clock.askedAt = performance.now();
        return getCredential(options, { mediation: 'conditional', signal });
      });
      resting = true;
      await finish(options, credential);
    } catch (error) {
      if (own === latest) disarmed(error, clock);
    }
  }

  function disarmed(error: unknown, clock: Clock): void {
    armed = false;
    resting = false;
    // Whoever ended it goes on.
    if ((error as Error).name === 'AbortError') return;
    // Before anybody was asked there is nothing that a person would miss.
    if (clock.askedAt > 0) failed(error, clock);
    if (mayRearm()) setTimeout(renew, error instanceof Refusal && error.code === 'offline' ? pause : 0);
  }

  function renew(): void {
    if (!resting && !document.hidden) void arm();
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
    const approached = () => {
      leaving = false;
      if (!armed || prepared.msFresh() <= 0) renew();
    };
    input.addEventListener('focus', approached);
    input.addEventListener('click', approached);
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
    if (resting || (document.activeElement === field && prepared.msFresh() > 0)) return;
    prepared.drop();
    renew();
  }

  const supported = field ? supportsAutofill().catch(() => false) : Promise.resolve(false);
  void Promise.all([supported, ready]).then(([yes, isReady]) => {
    if (!yes || !field) return;
    listen(field);
    if (isReady) renew();
    else disarmed(new Refusal('offline'), { askedAt: 0, timeout: 0 });
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
