/** The routes that list, show, rename and remove credentials. Knows HTTP and the wire; asks the store. */
import type { Context } from 'koa';
import { readFields } from './body.ts';
import {
  type Credential,
  deleteCredential,
  findCredential,
  listCredentials,
  renameCredential,
} from './credential-store.ts';
import { listQuery, parseFields, renameFields } from './fields.ts';
import { answerJson } from './middleware.ts';
import { linkHeader } from './paging.ts';
import { Problem } from './problem.ts';
import type { Scope } from './scope.ts';

/** One page of the tenant's credentials, or of one user's, with `Link` and `X-Total-Count`. */
export async function answerList(ctx: Context, scope: Scope): Promise<void> {
  const query = firstValues(ctx);
  const { user_id: userId, page, per_page: perPage, order } = parseFields(listQuery, query);
  const offset = Math.min((page - 1) * perPage, Number.MAX_SAFE_INTEGER);
  const { credentials, total } = await listCredentials(scope, { userId, order, offset, limit: perPage });
  ctx.set('Link', linkHeader(ownUrl(ctx), query, { page, perPage, total }));
  ctx.set('X-Total-Count', String(total));
  answerJson(ctx, credentials.map(onTheWire));
}

/** @throws {Problem} 404 when the tenant has no such credential, as do the two below */
export async function answerOne(ctx: Context, scope: Scope): Promise<void> {
  const id = idInPath(ctx);
  const credential = await findCredential(scope, id);
  if (!credential) throw notFound(id);
  answerJson(ctx, onTheWire(credential));
}

/** Takes the new name from the body and the id from the path alone. */
export async function rename(ctx: Context, scope: Scope): Promise<void> {
  const { name } = parseFields(renameFields, await readFields(ctx));
  const id = idInPath(ctx);
  if (!(await renameCredential(scope, id, name))) throw notFound(id);
  ctx.status = 204;
}

/** Reads no body, so that nothing in it can name another credential. */
export async function remove(ctx: Context, scope: Scope): Promise<void> {
  const id = idInPath(ctx);
  if (!(await deleteCredential(scope, id))) throw notFound(id);
  ctx.status = 204;
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
    is_mfa: false,
    user_id: credential.userId,
  };
}

/** As it stands in the path, not decoded: an id is base64url and needs no encoding. */
function idInPath(ctx: Context): string {
  return ctx.path.slice(ctx.path.lastIndexOf('/') + 1);
}

function notFound(id: string): Problem {
  return new Problem(404, `credential with id '${id}' not found`);
}

/** A parameter that is sent twice counts once. */
function firstValues(ctx: Context): Record<string, string> {
  const entries = Object.entries(ctx.query).map(([name, value]) => [name, [value].flat()[0] ?? '']);
  return Object.fromEntries(entries);
}

function ownUrl(ctx: Context): string {
  const scheme = ctx.get('X-Forwarded-Proto') === 'https' ? 'https' : ctx.protocol;
  return `${scheme}://${ctx.host}${ctx.path}`;
}
