/** The users a tenant has named. Nothing but their id is kept: no route gives the names back. */
import type { Scope } from './scope.ts';

const table = 'passkey_api_users';

/** Makes the user known; one that is known already stays as it is. */
export async function ensureUser(scope: Scope, userId: string): Promise<void> {
  await scope
    .db(table)
    .insert({ tenant_id: scope.tenantId, user_id: userId, created_at: new Date().toISOString() })
    .onConflict(['tenant_id', 'user_id'])
    .ignore();
}

/** Whether a registration was ever begun for this user. */
export async function userExists(scope: Scope, userId: string): Promise<boolean> {
  const row = await scope.db(table).where({ tenant_id: scope.tenantId, user_id: userId }).first('user_id');
  return row !== undefined;
}
