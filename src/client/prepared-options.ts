/** Options for an assertion that wait in memory, so that a click goes straight to the browser's dialog. */
import { post } from './http.ts';
import { inTurn } from './locks.ts';
import type { RequestJson } from './webauthn.ts';

type Start = { loginOptions: RequestJson; expiresIn: number };
type Prepared = { options: RequestJson; freshUntil: number };

export type PreparedOptions = ReturnType<typeof prepareOptions>;

/** Options older than this part of their life are replaced before they are used. */
const freshPart = 0.75;

/** @param url where they start */
export function prepareOptions(url: string) {
  let loading: Promise<Prepared> | undefined;
  let held: Prepared | undefined;

  const load = async (): Promise<Prepared> => {
    const { loginOptions: options, expiresIn } = await inTurn(() =>
      post<Start>(url, { start: true }, 'loginOptions'),
    );
    // By the wall clock: the other one stands still while a computer sleeps.
    held = { options, freshUntil: Date.now() + expiresIn * 1_000 * freshPart };
    return held;
  };

  const msFresh = () => (held ? held.freshUntil - Date.now() : 0);

  return {
    /** Options that are fresh. @throws {Refusal} when there are none to be had */
    async current(): Promise<RequestJson> {
      if (held && msFresh() > 0) return held.options;
      loading ??= load().finally(() => {
        loading = undefined;
      });
      return (await loading).options;
    },

    /** For how long they stay fresh, in milliseconds; at most 0 when they are not. */
    msFresh,

    /** They have been used, or may have been pushed out by those of other tabs: the next ones are new. */
    drop(): void {
      held = undefined;
    },
  };
}
