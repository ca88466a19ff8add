/**
 * The passkey API as it may behave on a bad day, in place of `npm run passkey-api`: what Hanko's server does with answers
 * that come at once, and, when an attack says so, what a server does that fails or is not the one it should be.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Database } from '../../../src/db/database.ts';
import type { ApiAnswer, ApiRequest } from '../../../src/passkey-api/exchange.ts';
import { createPasskeyApi, type PasskeyApi } from '../../../src/passkey-api/index.ts';
import { overHttp } from '../../../src/passkey-api/serve.ts';

type Parts = {
  db: Database;
  tenantId: string;
  apiKey: string;
  secretKeys: readonly string[];
  /** Of the app. */
  origin: string;
  /** Default: any. */
  port?: number;
};

/** Answers a request in place of the API, or leaves it to it by answering false. */
export type Trouble = (request: IncomingMessage, response: ServerResponse) => boolean;

export type RehearsalApi = Awaited<ReturnType<typeof serveRehearsalApi>>;

/** @throws {Error} with the code EADDRINUSE when the port is taken */
export async function serveRehearsalApi({ db, tenantId, apiKey, secretKeys, origin, port = 0 }: Parts) {
  const api = createPasskeyApi({
    db,
    settings: {
      tenantId,
      apiKey,
      secretKeys,
      relyingParty: { id: new URL(origin).hostname, name: 'Your app', origins: [origin] },
    },
  });
  let trouble: Trouble = () => false;
  const answer = overHttp(
    manyWin(api),
    () => '',
    () => {},
  );
  const server = createServer((request, response) => {
    if (!trouble(request, response)) answer(request, response);
  });
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
      trouble = misbehaving;
      try {
        return await act();
      } finally {
        trouble = () => false;
      }
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Of finishes that come at once with one answer, several succeed at Hanko's server, and get the same token. */
function manyWin(api: PasskeyApi): PasskeyApi {
  const running = new Map<string, Promise<ApiAnswer>>();
  return {
    ...api,
    async answer(request: ApiRequest) {
      if (!request.path.endsWith('/finalize')) return api.answer(request);
      const body = await request.text();
      const answer = running.get(body) ?? api.answer({ ...request, text: async () => body });
      running.set(body, answer);
      // What comes a moment later is a replay, and refused as one.
      return answer.finally(() => setTimeout(() => running.delete(body), 100));
    },
  };
}
