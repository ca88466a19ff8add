/** Databases in trouble: locked by somebody else, or away and back again. Knows both kinds, and no table's meaning. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { openDatabase } from '../../src/db/database.ts';
import type { TestDatabase } from './database.ts';

/** Locks out every other writer, as a backup or a stuck process would. @returns lets them in again */
export async function lockDatabase({ url }: TestDatabase): Promise<() => Promise<void>> {
  const other = openDatabase(url, '/');
  if (isSqlite(url)) {
    await other.raw('BEGIN EXCLUSIVE');
    return () => other.destroy();
  }
  const transaction = await other.transaction();
  await transaction.raw('SET LOCAL idle_in_transaction_session_timeout = 0');
  await transaction.raw('LOCK TABLE sessions, rate_limits, used_challenges IN ACCESS EXCLUSIVE MODE');
  return async () => {
    await transaction.rollback();
    await other.destroy();
  };
}

export type Outage = {
  /** Where the application is to look for the database. */
  url: string;
  begin(): Promise<void>;
  end(): Promise<void>;
};

/** SQLite is as good as away while a file that has no tables yet is locked; a PostgreSQL server cannot be reached. */
export function createOutage(database: TestDatabase): Promise<Outage> {
  return isSqlite(database.url) ? lockable(database) : unreachable(database);
}

async function lockable(database: TestDatabase): Promise<Outage> {
  let unlock = async () => {};
  return {
    url: database.url,
    begin: async () => {
      unlock = await lockDatabase(database);
    },
    end: async () => {
      await unlock();
      unlock = async () => {};
    },
  };
}

/** Between the application and the server stands a relay, which is what goes away. */
async function unreachable({ url }: TestDatabase): Promise<Outage> {
  const relay = createRelay(url);
  const relayed = await relay.listen();
  return {
    url: relayed,
    begin: relay.close,
    end: async () => {
      await relay.listen();
    },
  };
}

/** A PostgreSQL server that says nothing any more: paused, or behind a network that swallows everything. */
export async function createSilence({ url }: TestDatabase): Promise<Outage> {
  const relay = createRelay(url);
  return {
    url: await relay.listen(),
    begin: async () => relay.hold(),
    end: async () => relay.forward(),
  };
}

/** Takes connections to the database, and passes on what is said, until it is told to hold it back. */
function createRelay(url: string) {
  const address = new URL(url);
  const pairs = new Set<[Socket, Socket]>();
  let holding = false;
  let port = 0;
  const relay = createServer((incoming) => {
    const pair: [Socket, Socket] = [incoming, connect(Number(address.port), address.hostname)];
    pairs.add(pair);
    incoming.on('close', () => pairs.delete(pair));
    for (const [from, to] of directions(pair)) {
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
      if (!holding) from.pipe(to);
    }
  });
  const each = (act: (from: Socket, to: Socket) => unknown) => {
    for (const pair of pairs) for (const [from, to] of directions(pair)) act(from, to);
  };

  return {
    /** @returns the database's address through here, the same after each time */
    listen: async (): Promise<string> => {
      if (!relay.listening)
        await new Promise<void>((resolve) => relay.listen(port, '127.0.0.1', () => resolve()));
      relay.unref();
      port = (relay.address() as AddressInfo).port;
      const relayed = new URL(url);
      relayed.host = `127.0.0.1:${port}`;
      return relayed.href;
    },
    close: () =>
      new Promise<void>((resolve) => {
        relay.close(() => resolve());
        each((from) => from.destroy());
      }),
    hold: (): void => {
      holding = true;
      each((from, to) => from.unpipe(to).pause());
    },
    forward: (): void => {
      holding = false;
      each((from, to) => from.pipe(to));
    },
  };
}

function directions([one, other]: [Socket, Socket]): [Socket, Socket][] {
  return [
    [one, other],
    [other, one],
  ];
}

function isSqlite(url: string): boolean {
  return url.startsWith('sqlite:');
}
