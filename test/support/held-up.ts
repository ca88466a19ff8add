/**
 * Barriers: acts are let begin, come as far as the transaction in which they act, and wait there for each other, whatever
 * the speed of the machine. Each act has a process of its own, that is, a database object of its own.
 */
import type { Database } from '../../src/db/database.ts';

type Waiting = { db: Database; act: () => Promise<unknown> };

/**
 * Lets all acts come to their transaction, and then on: one after the other in their order, or at once.
 *
 * @returns what each act came to, in their order
 */
export async function heldUp(
  waiting: readonly Waiting[],
  goOn: 'in turn' | 'at once',
): Promise<PromiseSettledResult<unknown>[]> {
  const barriers = waiting.map(({ db }) => barrierBefore(db));
  const acting = waiting.map(({ act }) => settled(act()));
  for (const [index, { arrived }] of barriers.entries()) await Promise.race([arrived, acting[index]]);
  for (const [index, { open }] of barriers.entries()) {
    open();
    if (goOn === 'in turn') await acting[index];
  }
  return Promise.all(acting);
}

/** Stops whoever begins a transaction on this database until it is opened: before it has a connection, and any lock. */
function barrierBefore({ client }: Database): { arrived: Promise<void>; open: () => void } {
  const { transaction, acquireConnection } = client;
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const arrived = new Promise<void>((resolve) => {
    client.transaction = (...given: unknown[]) => {
      client.transaction = transaction;
      client.acquireConnection = async () => {
        client.acquireConnection = acquireConnection;
        resolve();
        await opened;
        return acquireConnection.call(client);
      };
      return transaction.apply(client, given);
    };
  });
  return { arrived, open };
}

async function settled(work: Promise<unknown>): Promise<PromiseSettledResult<unknown>> {
  const [result] = await Promise.allSettled([work]);
  return result;
}
