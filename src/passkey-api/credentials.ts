/** The routes that list, show, rename and remove credentials. Knows the wire; asks the store. */
import { readFields } from './body.ts';
import {
  type Credential,
  deleteCredential,
  findCredential,
  listCredentials,
  renameCredential,
} from './credential-store.ts';
import { type ApiAnswer, type ApiRequest, json, noContent } from './exchange.ts';
import { listQuery, parseFields, renameFields } from './fields.ts';
import { linkHeader } from './paging.ts';
import { Problem } from './problem.ts';
import type { Scope } from './scope.ts';

/** One page of the tenant's credentials, or of one user's, with `Link` and `X-Total-Count`. */
export async function answerList(request: ApiRequest, scope: Scope): Promise<ApiAnswer> {
  const query = firstValues(request.query);
  const { user_id: userId, page, per_page: perPage, order } = parseFields(listQuery, query);
  const offset = Math.min((page - 1) * perPage, Number.MAX_SAFE_INTEGER);
  const { credentials, total } = await listCredentials(scope, { userId, order, offset, limit: perPage });
  return json(credentials.map(onTheWire), {
    link: linkHeader(request.origin + request.path, query, { page, perPage, total }),
    'x-total-count': String(total),
  });
}

/**
 * @param id as it stands in the path, not decoded: an id is base64url and needs no encoding
 * @throws {Problem} 404 when the tenant has no such credential, as do the two below
 */
export async function answerOne(id: string, scope: Scope): Promise<ApiAnswer> {
  const credential = await findCredential(scope, id);
  if (!credential) throw notFound(id);
  return json(onTheWire(credential));
}

/** Takes the new name from the body and the id from the path alone. */
export async function rename(request: ApiRequest, id: string, scope: Scope): Promise<ApiAnswer> {
  const { name } = parseFields(renameFields, await readFields(request));
  if (!(await renameCredential(scope, id, name))) throw notFound(id);
  return noContent;
}

/** Reads no body, so that nothing in it can name another credential. */
export async function remove(id: string, scope: Scope): Promise<ApiAnswer> {
  if (!(await deleteCredential(scope, id))) throw notFound(id);
  return noContent;
}

function onTheWire(credential: Credential) {
  return {
    id: credential.id,
    name: credential.name,
    public_key: credential.publicKey,
    attestation_type: credential.attestationType,
    aaguid: credential.aaguid,
    last_used_at: credential.lastUsedAt,
    created_at: credential.createdAt,
    transports: credential.transports,
    backup_eligible: credential.backupEligible,
    backup_state: credential.backupState,
    is_mfa: credential.isMfa,
    user_id: credential.userId,
  };
}

function notFound(id: string): Problem {
  return new Problem(404, `credential with id '${id}' not found`);
}

/** A parameter that is sent twice counts once. */
function firstValues(query: string): Record<string, string> {
  return Object.fromEntries([...new URLSearchParams(query)].reverse());
}
