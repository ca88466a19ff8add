/** What every query of this API is given: a connection and the tenant it must name. Knows no table. */
import type { Database } from '../db/database.ts';

export type Scope = { db: Database; tenantId: string };

/** Runs `work` on one connection, all or nothing: whatever it throws undoes what it wrote. */
export function inTransaction<T>(scope: Scope, work: (scope: Scope) => Promise<T>): Promise<T> {
  return scope.db.transaction((db) => work({ ...scope, db }));
}
