/** How long somebody waits for the sign-in page while others sign in with passwords, by the clock. */
import { paths } from '../../../src/paths.ts';
import { expecting } from '../measuring/client.ts';
import type { Latchkey } from '../measuring/latchkey.ts';
import { signInWithPassword } from '../measuring/people.ts';
import { inTurn, quantile } from '../measuring/rounds.ts';

/** Sign-ins in flight. */
const signIns = 32;
/** Of so many pages the slowest hundredth begins with the fourth slowest. */
const pages = 400;

/** @returns milliseconds in which 99 of 100 pages were answered, for each round */
export function timePages(latchkey: Latchkey, rounds: number) {
  const guest = latchkey.guest(0);
  const people = Array.from({ length: signIns }, (_, n) => latchkey.person(n));

  async function slowest(): Promise<number> {
    const waited: number[] = [];
    for (let page = 0; page < pages; page++) {
      const askedAt = performance.now();
      await expecting(200, guest.get(paths.login));
      waited.push(performance.now() - askedAt);
    }
    return quantile(waited, 0.99);
  }

  async function slowestBesideSignIns(): Promise<number> {
    let isOver = false;
    const signingIn = people.map(async (person) => {
      while (!isOver) await signInWithPassword(person);
    });
    const [waited] = await Promise.all([
      slowest().finally(() => {
        isOver = true;
      }),
      ...signingIn,
    ]);
    return waited;
  }

  return inTurn({ busy: slowestBesideSignIns, idle: slowest }, (measure) => measure(), rounds, 1);
}
