/**
 * The server under test: the embedded API on a free loopback port with a database of its own, or the Hanko server
 * that PASSKEYS_CONTRACT_BASE_URL, _TENANT_ID and _API_KEY name.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Database } from '../../../src/db/database.ts';
import {
  createPasskeyApi,
  type PasskeyApi,
  type PasskeyApiParts,
  type PasskeyApiSettings,
} from '../../../src/passkey-api/index.ts';
import { overHttp } from '../../../src/passkey-api/serve.ts';
import { createTestDatabase, keptTenant } from '../../support/database.ts';

/**
 * What the tenant of a remote server must be set up with as well, beside user verification `preferred`, attestation
 * `none` and resident keys `required`.
 */
export const rpId = 'localhost';
export const origin = 'http://localhost:3000';

const { PASSKEYS_CONTRACT_BASE_URL, PASSKEYS_CONTRACT_TENANT_ID, PASSKEYS_CONTRACT_API_KEY } = process.env;

/** Whether {@link startServer} starts the embedded API. Asked only where the two are known to differ. */
export const isEmbedded = !PASSKEYS_CONTRACT_BASE_URL;

export type Server = {
  /** Without the tenant and without a trailing slash. */
  baseUrl: string;
  tenantId: string;
  apiKey: string;
  stop(): Promise<void>;
};

/** The remote server if one is named, the embedded API otherwise. */
export async function startServer(): Promise<Server> {
  if (!PASSKEYS_CONTRACT_BASE_URL) return startEmbedded();
  return {
    baseUrl: PASSKEYS_CONTRACT_BASE_URL.replace(/\/$/, ''),
    tenantId: PASSKEYS_CONTRACT_TENANT_ID ?? '',
    apiKey: PASSKEYS_CONTRACT_API_KEY ?? '',
    stop: async () => {},
  };
}

export type EmbeddedServer = Server & { api: PasskeyApi; db: Database; events: ReportedEvent[] };

type ReportedEvent = { event: string; facts: Record<string, unknown> };

/** The embedded API with a database of its own. */
export async function startEmbedded(settings: Partial<PasskeyApiSettings> = {}): Promise<EmbeddedServer> {
  const database = await createTestDatabase();
  const server = await serve(database.db, { tenantId: keptTenant().tenantId, ...settings });
  return {
    ...server,
    stop: async () => {
      await server.stop();
      await database.drop();
    },
  };
}

/** The embedded API on a database that others may use as well. */
export async function serve(
  db: Database,
  settings: Partial<PasskeyApiSettings> = {},
  parts: Pick<PasskeyApiParts, 'startLimit'> = {},
  addressOf: (request: IncomingMessage) => string = () => '',
): Promise<EmbeddedServer> {
  const whole = {
    tenantId: randomUUID(),
    apiKey: randomBytes(64).toString('base64url'),
    relyingParty: { id: rpId, name: 'Contract', origins: [origin] },
    secretKeys: keptTenant().secretKeys,
    ...settings,
  };
  const events: ReportedEvent[] = [];
  const api = createPasskeyApi({
    db,
    ...parts,
    settings: whole,
    onEvent: (event, facts) => events.push({ event, facts }),
  });
  const http = createServer(overHttp(api, addressOf, () => {}));
  await new Promise<void>((listening) => http.listen(0, '127.0.0.1', listening));
  return {
    baseUrl: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    tenantId: whole.tenantId,
    apiKey: whole.apiKey,
    api,
    db,
    events,
    stop: () =>
      new Promise((stopped) => {
        http.close(() => stopped());
        http.closeAllConnections();
      }),
  };
}
