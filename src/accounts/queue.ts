/**
 * A bounded queue for signing in and choosing passwords, which takes a core: a few at once, some waiting, and a clear
 * refusal beyond. It is fair: everybody's line is served in turn, and when there is no place left, the longest line loses
 * its last one. So a crowd keeps itself waiting and nobody else.
 * Must not know what is waited for.
 */
import { AppError } from '../errors.ts';

/**
 * @param whose the line to wait in
 * @param work is told whether it had to wait
 */
export type Queue = <T>(whose: string, work: (waited: boolean) => Promise<T>) => Promise<T>;

type Place = { begin: () => void; refuse: (error: AppError) => void };

/**
 * @param atOnce how many run together
 * @param waiting how many may wait for their turn, in all lines
 * @returns runs work in its turn, and answers what it answers
 * @throws {AppError} `service_unavailable` when too many wait already
 */
export function createQueue(atOnce: number, waiting: number): Queue {
  const lines = createLines();
  let running = 0;

  function wait(whose: string): Promise<void> {
    return new Promise((begin, refuse) => {
      const place = { begin, refuse };
      if (lines.size() >= waiting) {
        const last = lines.makeRoomFor(whose);
        if (!last) return refuse(tooMany());
        last.refuse(tooMany());
      }
      lines.add(whose, place);
    });
  }

  return async (whose, work) => {
    const waited = running >= atOnce;
    if (waited) await wait(whose);
    else running++;
    try {
      return await work(waited);
    } finally {
      // Whoever is next has the place of the one who leaves.
      const next = lines.take();
      if (next) next.begin();
      else running--;
    }
  };
}

/** Who waits, each in their line. The first line is the next one, and goes to the end when it has been served. */
function createLines() {
  const lines = new Map<string, Place[]>();
  let size = 0;

  return {
    size: () => size,

    add(whose: string, place: Place): void {
      lines.set(whose, [...(lines.get(whose) ?? []), place]);
      size++;
    },

    take(): Place | undefined {
      const [first] = lines;
      if (!first) return undefined;
      const [whose, [place, ...others]] = first;
      lines.delete(whose);
      if (others.length > 0) lines.set(whose, others);
      size--;
      return place;
    },

    /** @returns who loses their place: the last of the longest line; null when that would not be longer than this one */
    makeRoomFor(whose: string): Place | null {
      const longest = [...lines.values()].reduce<Place[]>(
        (one, other) => (other.length > one.length ? other : one),
        [],
      );
      if (longest.length <= (lines.get(whose)?.length ?? 0) + 1) return null;
      size--;
      return longest.pop() as Place;
    },
  };
}

function tooMany(): AppError {
  const sentence = 'Too many people are signing in right now. Try again in a moment.';
  return new AppError('service_unavailable', sentence, { retryAfter: 2 });
}
