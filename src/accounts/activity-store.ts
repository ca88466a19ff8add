/**
 * The rows of `activity`: what has happened to an account, for its owner to read. What follows
 * its equal is counted in one row; an old one is swept (lifetimes.ts). Knows no sentences; must never be handed a secret.
 */
import { randomUUID } from 'node:crypto';
import type { Database } from '../db/database.ts';
import { sweepRows } from '../db/sweep.ts';
import type { AccountEvent } from '../event-words.ts';
import { activityLifetime } from '../lifetimes.ts';
import { limits } from '../limits.ts';
import { coarseNetworkOf } from '../networks.ts';

const table = 'activity';

/** Something that happens to an account. */
export type Happening = {
  event: AccountEvent;
  at: Date;
  /** How somebody signed in, where that is what happened. */
  method: string | null;
  /** Such as "Chrome on macOS"; null when it happened in no browser. */
  device: string | null;
  /** Where it came from: of an entry the network, since the last part of the address is not kept. */
  address: string | null;
  /** What it was about, such as the name of a passkey. */
  detail: string | null;
};

/**
 * @property at when it happened first: it never changes, so entries keep their places
 * @property times how often it happened within an hour, with nothing else between, so that the newest is read first
 * @property lastAt when it happened last
 */
export type Entry = Happening & { id: string; times: number; lastAt: Date };

/** The place of an entry in the order in which they are read. */
export type Place = Pick<Entry, 'at' | 'id'>;

/** Entries that follow each other, newest first, and whether there are more on either side. */
export type ActivityPage = { entries: Entry[]; hasNewer: boolean; hasOlder: boolean };

type Facts = Omit<Happening, 'at'>;
type Row = Facts & { id: string; user_id: string; at: string; times: number; last_at: string | null };

export type ActivityStore = ReturnType<typeof createActivityStore>;

/** @param db a transaction will do as well */
export function createActivityStore(db: Database) {
  const entries = () => db<Row>(table);
  const since = (userId: string, event: AccountEvent, at: Date, seconds: number) =>
    entries()
      .where({ user_id: userId, event })
      .andWhere('at', '>', new Date(at.getTime() - seconds * 1_000).toISOString());

  /** Those of the last hour that are equal. */
  const equals = (userId: string, at: Date, { event, ...others }: Facts) =>
    since(userId, event, at, limits.entriesOfEvent.duration).where(others);

  /** @returns false when there is none to count */
  async function countUp(counted: ReturnType<typeof equals>, at: Date): Promise<boolean> {
    const changed = await counted.increment('times', 1).update({ last_at: at.toISOString() });
    return changed > 0;
  }

  const rowOf = (userId: string, at: Date, facts: Facts) => ({
    id: randomUUID(),
    user_id: userId,
    at: at.toISOString(),
    ...facts,
  });

  /**
   * Counts and adds in one statement, which is one trip less.
   *
   * @returns false, and nothing is added, when this event has as many entries as an hour may have, or as are kept
   */
  async function insertUnlessFull(userId: string, at: Date, facts: Facts): Promise<boolean> {
    const { entriesOfEvent } = limits;
    const entriesKept = limits.entriesOfEventKept;
    const row = rowOf(userId, at, facts);
    const hourAgo = new Date(at.getTime() - entriesOfEvent.duration * 1_000).toISOString();
    const hasRoom = since(userId, facts.event, at, entriesKept.duration)
      .select(
        db.raw('count(*) < ? AND count(CASE WHEN at > ? THEN 1 END) < ?', [
          entriesKept.points,
          hourAgo,
          entriesOfEvent.points,
        ]),
      )
      .toSQL();
    const places = Object.keys(row)
      .map(() => 'CAST(? AS text)')
      .join(', ');
    const answer = await db.raw(
      `INSERT INTO ${table} (??) SELECT ${places} WHERE (${hasRoom.sql}) RETURNING id`,
      [Object.keys(row), ...Object.values(row), ...hasRoom.bindings] as never,
    );
    return (answer.rows ?? answer).length === 1;
  }

  async function newest(userId: string, size: number): Promise<Entry[]> {
    return (await inOrder(userId, 'desc').limit(size)).map(toEntry);
  }

  async function newestPage(userId: string): Promise<ActivityPage> {
    return cut(await newest(userId, limits.entriesOnPage + 1), false);
  }

  async function older(userId: string, { at, id }: Place, size: number): Promise<Entry[]> {
    const time = at.toISOString();
    const rows = await inOrder(userId, 'desc')
      .where('at', '<=', time)
      .where((either) => either.where('at', '<', time).orWhere('id', '<', id))
      .limit(size);
    return rows.map(toEntry);
  }

  async function newer(userId: string, { at, id }: Place, size: number): Promise<Entry[]> {
    const time = at.toISOString();
    const rows = await inOrder(userId, 'asc')
      .where('at', '>=', time)
      .where((either) => either.where('at', '>', time).orWhere('id', '>', id))
      .limit(size);
    return rows.map(toEntry).reverse();
  }

  function inOrder(userId: string, order: 'asc' | 'desc') {
    return entries()
      .where({ user_id: userId })
      .orderBy([
        { column: 'at', order },
        { column: 'id', order },
      ])
      .select();
  }

  async function* onwards(userId: string, first: Entry[]): AsyncGenerator<Entry[]> {
    for (let batch = first; batch.length > 0; ) {
      yield batch;
      const last = batch.at(-1);
      batch =
        last && batch.length === limits.entriesRead ? await older(userId, last, limits.entriesRead) : [];
    }
  }

  return {
    /**
     * Adds an entry, or counts the newest one up if it is equal: what was turned on, off and on again is read so. Where
     * there are too many of an event it is counted without what tells it apart, so that nobody can fill the activity, and
     * nobody can push out what is in it. The caller's transaction holds the account.
     *
     * @param happening.address in full; it is cut here
     */
    async add(userId: string, happening: Happening): Promise<void> {
      const { at } = happening;
      const facts = keptOf(happening);
      const newestId = inOrder(userId, 'desc').clearSelect().select('id').limit(1);
      if (await countUp(equals(userId, at, facts).where('id', newestId), at)) return;
      if (await insertUnlessFull(userId, at, facts)) return;
      const bare = { event: facts.event, method: null, device: null, address: null, detail: null };
      if (!(await countUp(equals(userId, at, bare), at))) await entries().insert(rowOf(userId, at, bare));
    },

    /** The newest entries of one account. */
    page: newestPage,

    /** The entries that are older than this one; the newest when there is none. */
    async pageBefore(userId: string, place: Place): Promise<ActivityPage> {
      const found = await older(userId, place, limits.entriesOnPage + 1);
      return found.length > 0 ? cut(found, true) : newestPage(userId);
    },

    /** The entries that are newer than this one, those nearest to it; the newest when they do not fill a page. */
    async pageAfter(userId: string, place: Place): Promise<ActivityPage> {
      const found = await newer(userId, place, limits.entriesOnPage + 1);
      if (found.length <= limits.entriesOnPage) return newestPage(userId);
      return { entries: found.slice(1), hasNewer: true, hasOlder: true };
    },

    /**
     * All that has happened to one account until now, newest first, in batches that are read as they are taken. The first
     * one is read at once, so that a fault comes before anything has been answered.
     */
    async everything(userId: string): Promise<AsyncIterable<Entry[]>> {
      return onwards(userId, await newest(userId, limits.entriesRead));
    },

    /** Whether one of these has happened to an account, as long as that is kept. */
    async knows(userId: string, ...events: AccountEvent[]): Promise<boolean> {
      const one = await entries().where({ user_id: userId }).whereIn('event', events).first('id');
      return one !== undefined;
    },

    /** Removes what is older than the activity is kept. */
    sweep: (): Promise<void> =>
      sweepRows(db, {
        table,
        key: 'id',
        column: 'at',
        before: new Date(Date.now() - activityLifetime).toISOString(),
      }),
  };
}

function keptOf({ event, method, device, address, detail }: Happening): Facts {
  return {
    event,
    method,
    device,
    address: address && coarseNetworkOf(address),
    detail: detail?.slice(0, 320) ?? null,
  };
}

/** Of one more than fit on a page, those that fit. */
function cut(found: Entry[], hasNewer: boolean): ActivityPage {
  const hasOlder = found.length > limits.entriesOnPage;
  return { entries: found.slice(0, limits.entriesOnPage), hasNewer, hasOlder };
}

function toEntry({ user_id: _, at, last_at, times, ...facts }: Row): Entry {
  return { ...facts, at: new Date(at), times, lastAt: new Date(last_at ?? at) };
}
