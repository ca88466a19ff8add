/**
 * A Hanko-compatible passkey API for one tenant, from request to answer: called in process, or served by serve.ts.
 * Speaks the wire contract only; must not know the application that uses it.
 */
import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Database } from '../db/database.ts';
import { isDatabaseUnavailable } from '../db/faults.ts';
import { sweepInTurn } from '../db/sweep.ts';
import { sweepChallenges } from './challenge-store.ts';
import { type ApiAnswer, type ApiRequest, headerOf, json } from './exchange.ts';
import { Problem } from './problem.ts';
import { tenantRoutes } from './routes.ts';
import type { Scope } from './scope.ts';
import {
  bareUuid,
  type CeremonyContext,
  hashRpId,
  type PasskeyApiSettings,
  parsePasskeyApiSettings,
  type Report,
} from './settings.ts';
import { createSigningKeys } from './signing-keys.ts';
import type { StartLimit } from './start-limit.ts';

export type { PasskeyApiSettings } from './settings.ts';

export type PasskeyApi = {
  /**
   * Answers one request. Never throws: a fault is answered with 500, or with 503 while the database cannot be used, without
   * details, and is reported to `onEvent`.
   */
  answer(request: ApiRequest): Promise<ApiAnswer>;
  /** Removes expired challenges, a few at a time, and signing keys that nobody needs; safe to run in parallel. */
  sweep(): Promise<void>;
};

export type PasskeyApiParts = {
  db: Database;
  settings: PasskeyApiSettings;
  onEvent?: Report;
  /** Bounds what strangers begin; left out where nobody but the application can ask. */
  startLimit?: StartLimit;
};

/** Touches neither the database nor a key before the first request. @throws as {@link parsePasskeyApiSettings} */
export function createPasskeyApi({
  db,
  settings: given,
  onEvent = () => {},
  startLimit = async () => {},
}: PasskeyApiParts): PasskeyApi {
  const settings = parsePasskeyApiSettings(given);
  const scope = { db, tenantId: settings.tenantId };
  const context: CeremonyContext = {
    scope,
    kind: 'passkey',
    relyingParty: settings.relyingParty,
    rpIdHash: hashRpId(settings.relyingParty.id),
    timeout: settings.timeout,
    userVerification: settings.userVerification,
    keys: createSigningKeys(scope, settings.secretKeys),
    report: onEvent,
  };
  const served = bareUuid(settings.tenantId);
  const routes = tenantRoutes(context, settings.apiKey, startLimit);

  /** @throws {Problem} 400 when the first segment of the path is no UUID in any of the usual spellings, 404 when it is another tenant's */
  async function answerRequest(request: ApiRequest): Promise<ApiAnswer> {
    if (request.path === '/') return statusPage(request, scope);
    const [, tenant = '', ...rest] = request.path.split('/');
    const asked = bareUuid(tenant);
    if (!asked) throw new Problem(400, 'tenant_id must be a valid uuid4');
    if (asked !== served) throw new Problem(404, 'tenant not found');
    return routes(request, rest.join('/'));
  }

  return {
    async answer(request) {
      const answer = await answerRequest(request).catch((error) => problemAnswer(error, onEvent));
      return { ...answer, headers: { ...answer.headers, 'x-request-id': requestIdOf(request) } };
    },
    sweep: () => sweepInTurn(() => sweepChallenges(scope), context.keys.sweep),
  };
}

/** Answers 200 only when the database does. */
async function statusPage({ method }: ApiRequest, { db }: Scope): Promise<ApiAnswer> {
  if (method !== 'GET' && method !== 'HEAD') throw new Problem(405, 'Method Not Allowed');
  await db.raw('SELECT 1');
  const body =
    '<!doctype html><html lang="en"><title>Passkey API</title><p>The passkey API is up.</p></html>\n';
  return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

function problemAnswer(error: unknown, report: Report): ApiAnswer {
  if (error instanceof Problem) {
    const { title, details, status, headers } = error;
    return json({ title, details, status }, headers, status);
  }
  report('passkey_api_fault', { err: error });
  const status = isDatabaseUnavailable(error) ? 503 : 500;
  return json({ title: STATUS_CODES[status], status }, {}, status);
}

/** Every answer carries an id: the caller's own, if it is short and printable, or a new one. */
function requestIdOf(request: ApiRequest): string {
  const given = headerOf(request, 'x-request-id');
  return /^[\x21-\x7e]{1,255}$/.test(given) ? given : randomUUID().replaceAll('-', '');
}
