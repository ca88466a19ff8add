/**
 * A Hanko-compatible passkey API for one tenant, to be mounted in process or served alone. Speaks the wire contract
 * only; must not know the application that uses it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import Koa from 'koa';
import type { Database } from '../db/database.ts';
import { removeExpiredChallenges } from './challenge-store.ts';
import { answerProblems, apiKeyTest, onlyTenant, requestId } from './middleware.ts';
import { statusPage, tenantRoutes } from './routes.ts';
import { type CeremonyContext, hashRpId, type PasskeyApiSettings, type Report } from './settings.ts';
import { createSigningKeys } from './signing-keys.ts';
import type { StartLimit } from './start-limit.ts';

export type { PasskeyApiSettings } from './settings.ts';

export type PasskeyApi = {
  /** Answers one request, as a Koa callback does. */
  callback(): (req: IncomingMessage, res: ServerResponse) => void;
  /** Removes expired challenges in bounded batches, and signing keys that nobody needs; safe to run in parallel. */
  sweep(): Promise<void>;
};

export type PasskeyApiParts = {
  db: Database;
  settings: PasskeyApiSettings;
  onEvent?: Report;
  /** Bounds what strangers begin; left out where nobody but the application can ask. */
  startLimit?: StartLimit;
};

const sweepBatch = 500;

/** Touches neither the database nor a key before the first request. */
export function createPasskeyApi({
  db,
  settings,
  onEvent = () => {},
  startLimit = async () => {},
}: PasskeyApiParts): PasskeyApi {
  const scope = { db, tenantId: settings.tenantId };
  const context: CeremonyContext = {
    scope,
    relyingParty: settings.relyingParty,
    rpIdHash: hashRpId(settings.relyingParty.id),
    timeout: settings.timeout ?? 300_000,
    userVerification: settings.userVerification ?? 'preferred',
    keys: createSigningKeys(scope, settings.secretKeys),
    report: onEvent,
  };

  const app = new Koa();
  app.use(requestId);
  app.use(answerProblems(onEvent));
  app.use(statusPage(context));
  app.use(onlyTenant(settings.tenantId));
  app.use(tenantRoutes(context, apiKeyTest(settings.apiKey), startLimit));

  return {
    callback: () => app.callback(),
    async sweep() {
      while ((await removeExpiredChallenges(scope, sweepBatch)) === sweepBatch);
      await context.keys.sweep();
    },
  };
}
