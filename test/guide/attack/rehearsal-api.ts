/**
 * The passkey API as `npm run passkey-api -- --like-hanko` serves it, and in its place: when an attack says so, it fails, or
 * is not the one it should be.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Database } from '../../../src/db/database.ts';
import type { createCeremoniesAlone } from '../../../src/development/ceremonies-alone.ts';
import { createLearnersApi } from '../../../src/passkey-api/learners-api.ts';
import { overHttp } from '../../../src/passkey-api/serve.ts';
import { type Trouble, troubled, troubles } from '../../../src/passkey-api/troubles.ts';

type Parts = {
  db: Database;
  tenantId: string;
  apiKey: string;
  secretKeys: readonly string[];
  /** Of the app. */
  origin: string;
  /** Default: any. */
  port?: number;
  /** Told why a request was refused. */
  tell?: (sentence: string) => void;
  /** Shows the ceremonies, at an address of its own. */
  watching?: Pick<ReturnType<typeof createCeremoniesAlone>, 'observe' | 'pages'>;
};

export type RehearsalApi = Awaited<ReturnType<typeof serveRehearsalApi>>;

/** @throws {Error} with the code EADDRINUSE when the port is taken */
export async function serveRehearsalApi({
  db,
  origin,
  port = 0,
  tell = () => {},
  watching,
  ...tenant
}: Parts) {
  const { tenantId, apiKey } = tenant;
  const relyingParty = { id: new URL(origin).hostname, name: 'Your app', origins: [origin] };
  const api = createLearnersApi(
    { db, settings: { ...tenant, relyingParty } },
    { likeHanko: true },
    tell,
    watching?.observe,
  );
  const answer = overHttp(
    api,
    () => '',
    () => {},
    watching?.pages,
  );
  const { listener, make } = troubled(answer);
  const server = createServer(listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  // A new tenant has no signing key yet, and to make one takes longer than an app waits.
  await fetch(`${baseUrl}/${tenantId}/.well-known/jwks.json`);
  const headers = { apiKey, 'Content-Type': 'application/json' };
  const credential = (id: string, method: string) =>
    fetch(`${baseUrl}/${tenantId}/credentials/${id}`, { method, headers });

  return {
    /** What an app has in its environment. */
    env: { PASSKEYS_BASE_URL: baseUrl, PASSKEYS_TENANT_ID: tenantId, PASSKEYS_API_KEY: apiKey },
    baseUrl,
    tenantId,
    /** The name of a passkey; undefined when there is none with this id. */
    async nameOf(id: string): Promise<string | undefined> {
      const response = await credential(id, 'GET');
      return response.ok ? ((await response.json()) as { name: string }).name : undefined;
    },
    /** Message 3 without the app. @throws {Error} when the API does not take it */
    async finishRegistration(answer: object): Promise<void> {
      const response = await fetch(`${baseUrl}/${tenantId}/registration/finalize`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(answer),
      });
      if (!response.ok) throw new Error(`the API answered ${response.status}: ${await response.text()}`);
    },
    forget: async (id: string) => void (await credential(id, 'DELETE')),
    /** The API misbehaves while something is done. */
    async during<Result>(misbehaving: Trouble, act: () => Promise<Result>): Promise<Result> {
      make(misbehaving);
      try {
        return await act();
      } finally {
        make(troubles.well);
      }
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
