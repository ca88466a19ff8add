/**
 * Which passkey API this process speaks to: the configured Hanko tenant, or the embedded one. Besides the server the
 * only place that knows both houses.
 */
import { randomBytes } from 'node:crypto';
import { brand } from './brand.ts';
import type { Config } from './config.ts';
import type { Database } from './db/database.ts';
import { type Logger, logPasskeyApiReport } from './logger.ts';
import { createPasskeyApi } from './passkey-api/index.ts';
import { embeddedTenantId } from './passkey-api/settings.ts';
import {
  createEmbeddedTransport,
  createRemoteTransport,
  type PasskeyTransport,
} from './passkeys/hanko/transport.ts';

export type PasskeyBackend = {
  transport: PasskeyTransport;
  /** Removes what has expired, where that is ours to do. */
  sweep(): Promise<void>;
};

/** The transport to whichever API is configured; contacts nothing yet. */
export function createPasskeyBackend(config: Config, db: Database, logger: Logger): PasskeyBackend {
  if (config.passkeyTenant)
    return { transport: createRemoteTransport(config.passkeyTenant), sweep: async () => {} };
  // Nobody else can reach it, so its key need not outlive the process.
  const tenant = { tenantId: embeddedTenantId, apiKey: randomBytes(64).toString('base64url') };
  const api = createPasskeyApi({
    db,
    settings: {
      ...tenant,
      relyingParty: { id: config.rpId, name: brand.name, origins: [config.origin] },
      secretKeys: config.secretKeys,
    },
    onEvent: (event, facts) => logPasskeyApiReport(logger, event, facts),
  });
  return { transport: createEmbeddedTransport(api.answer, tenant), sweep: api.sweep };
}
