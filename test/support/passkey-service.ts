/**
 * A passkey service across the wire: the real API on a free loopback port with a database of its own, which a test
 * can make answer otherwise, or not at all. Knows nothing of the application.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPasskeyApi } from '../../src/passkey-api/index.ts';
import { overHttp } from '../../src/passkey-api/serve.ts';
import { createTestDatabase, keptTenant } from './database.ts';

/** What the application that uses the service believes its address to be. */
const origin = 'http://localhost:3000';

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown;

export type PasskeyService = {
  /** The settings of an application that uses it. */
  env: Record<string, string>;
  baseUrl: string;
  tenantId: string;
  apiKey: string;
  /** How many passkeys it holds, for everybody. */
  countPasskeys(): Promise<number>;
  /** Every request that came, as "POST login/finalize". */
  calls: string[];
  /** Makes every request be answered like this from now on. */
  answerWith(handler: Handler): void;
  /** Makes one address be answered like this, such as "login/finalize". */
  answerAt(path: string, handler: Handler): void;
  /** Sets from which origins it takes passkeys. */
  setOrigins(...origins: string[]): void;
  /** Sets its clock, as the Date header tells it: seconds ahead of ours. */
  setClock(ahead: number): void;
  refuseConnections(): Promise<void>;
  /** Works again as at the start. */
  recover(): Promise<void>;
  stop(): Promise<void>;
};

export async function startPasskeyService(): Promise<PasskeyService> {
  const database = await createTestDatabase();
  const { secretKeys, tenantId } = keptTenant();
  const tenant = { tenantId, apiKey: randomBytes(64).toString('base64url') };
  const taking = (...origins: string[]) =>
    overHttp(
      createPasskeyApi({
        db: database.db,
        settings: { ...tenant, relyingParty: { id: 'localhost', name: 'Fault suite', origins }, secretKeys },
      }),
      () => '',
      // Tests of this break connections on purpose.
      () => {},
    );
  let genuine = taking(origin);

  const calls: string[] = [];
  const particular = new Map<string, Handler>();
  let general: Handler | null = null;
  let clockAhead = 0;
  const server = createServer((request, response) => {
    const path = pathOf(request, tenant.tenantId);
    calls.push(`${request.method} ${path}`);
    response.setHeader('Date', new Date(Date.now() + clockAhead * 1_000).toUTCString());
    (particular.get(path) ?? general ?? genuine)(request, response);
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const baseUrl = `http://127.0.0.1:${port}`;

  return {
    ...tenant,
    baseUrl,
    countPasskeys: async () => (await database.db('passkey_api_credentials').select('id')).length,
    env: {
      ORIGIN: origin,
      PASSKEYS_BASE_URL: baseUrl,
      PASSKEYS_TENANT_ID: tenant.tenantId,
      PASSKEYS_API_KEY: tenant.apiKey,
    },
    calls,
    answerWith: (handler) => {
      general = handler;
    },
    answerAt: (path, handler) => void particular.set(path, handler),
    setOrigins: (...origins) => {
      genuine = taking(...origins);
    },
    setClock: (ahead) => {
      clockAhead = ahead;
    },
    refuseConnections: () => closed(server),
    recover: async () => {
      general = null;
      clockAhead = 0;
      genuine = taking(origin);
      particular.clear();
      if (!server.listening) await listen(port);
    },
    stop: async () => {
      await closed(server);
      await database.drop();
    },
  };
}

function pathOf({ url = '' }: IncomingMessage, tenantId: string): string {
  return new URL(url, 'http://service').pathname.replace(`/${tenantId}/`, '');
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
