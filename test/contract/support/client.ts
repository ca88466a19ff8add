/** The API over plain HTTP, as any client without the SDK would speak it. */
import type { Server } from './server.ts';

// biome-ignore lint/suspicious/noExplicitAny: what the server answers is what the tests find out
export type Answer = { status: number; headers: Headers; text: string; body: any };

export type CallOptions = {
  /** Sent as JSON, a string as it is. */
  body?: unknown;
  /** Replaces the tenant's own key; null sends none. */
  key?: string | null;
  headers?: Record<string, string>;
};

/** One call below the tenant's address, with its key unless told otherwise. */
export async function call(
  server: Server,
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<Answer> {
  const { body, key = server.apiKey, headers = {} } = options;
  const response = await fetch(`${server.baseUrl}/${server.tenantId}${path}`, {
    method,
    headers: {
      ...(key === null ? {} : { apiKey: key }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    signal: AbortSignal.timeout(15_000),
  });
  const text = await response.text();
  const json = response.headers.get('Content-Type')?.startsWith('application/json');
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: json ? JSON.parse(text) : undefined,
  };
}

export function get(server: Server, path: string, options?: CallOptions): Promise<Answer> {
  return call(server, 'GET', path, options);
}

export function post(server: Server, path: string, body?: unknown, options?: CallOptions): Promise<Answer> {
  return call(server, 'POST', path, { ...options, body });
}

/** What an answer that refuses says, for comparing at a glance. */
export function refusalOf({ status, body }: Answer): { status: number; title: string; details: string } {
  return { status, title: body.title, details: body.details };
}

/** All endpoints that read a body. */
export const endpointsWithBody = [
  ['POST', '/registration/initialize'],
  ['POST', '/registration/finalize'],
  ['POST', '/login/finalize'],
  ['POST', '/mfa/registration/initialize'],
  ['POST', '/mfa/registration/finalize'],
  ['POST', '/mfa/login/initialize'],
  ['POST', '/mfa/login/finalize'],
  ['PATCH', '/credentials/abc'],
] as const;
