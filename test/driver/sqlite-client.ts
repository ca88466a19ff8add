/**
 * What stands in the place of src/db/sqlite-client.ts for a run on better-sqlite3, and could take its place for good: the same
 * names, over knex's own client of that driver. Statements are compiled anew each time, which this driver does in place.
 */
import { createRequire } from 'node:module';
import type { Knex } from 'knex';
import { heldFile } from '../../src/db/sqlite-file.ts';

const require = createRequire(import.meta.url);
const BetterSqliteClient = require('knex/lib/dialects/better-sqlite3/index.js');
const SqliteTransaction = require('knex/lib/dialects/sqlite3/execution/sqlite-transaction.js');

/** A connection, as far as it is used here. */
export type Connection = { exec(statements: string): void };

class ImmediateTransaction extends SqliteTransaction {
  begin(connection: Connection): Promise<unknown> {
    return this.query(connection, 'BEGIN IMMEDIATE;');
  }
}

export class PreparingSqliteClient extends BetterSqliteClient {
  stillThere = (): void => {};

  /** Where the run has installed it, see run.ts. */
  _driver(): unknown {
    return require(process.env.BETTER_SQLITE3 ?? 'better-sqlite3');
  }

  async acquireRawConnection(): Promise<Connection> {
    const { filename } = this.connectionSettings;
    this.stillThere();
    const connection = await super.acquireRawConnection();
    this.stillThere = heldFile(filename);
    return connection;
  }

  async acquireConnection(): Promise<Connection> {
    this.stillThere();
    return super.acquireConnection();
  }

  transaction(...given: unknown[]): Knex.Transaction {
    return Reflect.construct(ImmediateTransaction, [this, ...given]) as never;
  }
}

export async function execute(connection: Connection, statements: string): Promise<void> {
  connection.exec(statements);
}
